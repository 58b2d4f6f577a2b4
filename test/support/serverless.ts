import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";

export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ServerlessOptions {
  /** Where serverless.yml lies; this repository when left out. */
  readonly dir?: string;
  /** Nothing but PATH comes from the test's own environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Then it is killed, and its exit code is 137. */
  readonly withinMs?: number;
}

/** Jest and the programs that bundle this file run in it. */
export const REPOSITORY = resolve(".");

/** Longer than a function may run, so that not the client's patience is what is tested. */
const CLIENT_TIMEOUT_MS = 910_000;

/** Runs `serverless ARGUMENTS` with dummy credentials and an empty home: no login, no profile, no .serverlessrc. */
export async function serverless(
  commandLine: readonly string[],
  { dir = REPOSITORY, env = {}, withinMs = CLIENT_TIMEOUT_MS }: ServerlessOptions = {},
): Promise<CommandResult> {
  const home = mkdtempSync(join(tmpdir(), "migration-lambda-home-"));
  try {
    const child = spawn(process.execPath, [join(REPOSITORY, "node_modules/.bin/serverless"), ...commandLine], {
      cwd: dir,
      env: {
        PATH: process.env.PATH,
        HOME: home,
        // It leaves a folder there for each function that it packages.
        TMPDIR: home,
        CI: "true",
        AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
        AWS_SECRET_ACCESS_KEY: "not-a-secret",
        AWS_CLIENT_TIMEOUT: String(CLIENT_TIMEOUT_MS),
        // A repetition by the client would hide what one invocation does.
        SLS_AWS_REQUEST_MAX_RETRIES: "0",
        ...env,
      },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: withinMs,
      killSignal: "SIGKILL",
    });
    const exited = new Promise<number>((done, fail) => {
      child.once("error", fail);
      child.once("close", (code) => done(code ?? 137));
    });
    const [exitCode, stdout, stderr] = await Promise.all([exited, text(child.stdout), text(child.stderr)]);
    return { exitCode, stdout, stderr };
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/**
 * `serverless invoke -f NAME -d DATA` against a host's endpoint: `const invoke = slsInvoke(host.endpoint)`, then
 * `await invoke("rollback", { steps: 2 }, ["--log"])`. NAME is the one in serverless.yml; text is sent as it stands, the
 * rest as JSON.
 */
export function slsInvoke(endpoint: string, options: ServerlessOptions = {}) {
  return (functionName: string, data?: unknown, flags: readonly string[] = []): Promise<CommandResult> => {
    const json = typeof data === "string" ? data : JSON.stringify(data);
    const commandLine = ["invoke", "-f", functionName, ...(json === undefined ? [] : ["-d", json]), ...flags];
    return serverless(commandLine, { ...options, env: { ...options.env, AWS_ENDPOINT_URL_LAMBDA: endpoint } });
  };
}

/** What the function gave back, from what `sls invoke` printed: indented JSON, then the log or the error. */
export function slsPayload(stdout: string): unknown {
  const lines = stdout.split("\n");
  const last = /^[{[]$/.test(lines[0] ?? "") ? lines.findIndex((line) => /^[}\]]$/.test(line)) : 0;
  return JSON.parse(lines.slice(0, last + 1).join("\n"));
}
