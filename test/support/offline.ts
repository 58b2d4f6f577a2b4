import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { type IncomingMessage, request } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";
import { copyService } from "./package-service";
import { REPOSITORY } from "./serverless";

export interface OfflineAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** As it was sent. */
  readonly text: string;
}

export interface Offline {
  /** Sends a request such as `POST /migrate`; a GET may have a body, unlike with fetch. */
  send(line: string, body?: string): Promise<OfflineAnswer>;
  /** Every line that it has written since it was ready. */
  output(): string;
  stop(): Promise<void>;
}

/** What `npm start` starts, in a process of its own, because Jest cannot load an ES module; ends with its input. */
const program = (service: string, options: object) => `
import { startOffline } from ${JSON.stringify(pathToFileURL(join(service, "scripts/local/offline.mjs")).href)};
const offline = await startOffline(${JSON.stringify(options)});
console.log("ready");
process.stdin.resume().once("end", () => offline.stop());
`;

/** Serves a copy of this service through serverless-offline: it writes into the folder that it serves. */
export async function serveOffline(env: Readonly<Record<string, string>>): Promise<Offline> {
  const folder = mkdtempSync(join(tmpdir(), "migration-lambda-offline-"));
  const service = join(folder, "service");
  copyService(REPOSITORY, service);
  const [port, lambdaPort] = [await freePort(), await freePort()];
  const source = program(service, { root: service, port, lambdaPort, env });
  const child = spawn(process.execPath, ["--input-type=module", "-e", source], {
    cwd: service,
    env: { PATH: process.env.PATH, HOME: folder, CI: "true" },
    stdio: ["pipe", "pipe", "pipe"],
  });
  const exited = once(child, "exit");
  const complaint = text(child.stderr);
  const lines: string[] = [];
  const stop = async () => {
    child.stdin.end();
    await exited;
    rmSync(folder, { recursive: true, force: true });
  };
  const reader = createInterface(child.stdout).on("line", (line) => lines.push(line));
  const [ready] = await Promise.race([once(reader, "line"), exited.then(() => [])]);
  if (ready !== "ready") {
    await stop();
    throw new Error(`serverless-offline did not start:\n${lines.join("\n")}${await complaint}`);
  }
  return { send: (line, body) => send(port, line, body), output: () => lines.join("\n"), stop };
}

async function send(port: number, line: string, body = ""): Promise<OfflineAnswer> {
  const [method, path] = line.split(" ");
  const length = body === "" ? {} : { "Content-Length": Buffer.byteLength(body), "Content-Type": "application/json" };
  const sent = request({ host: "127.0.0.1", port, method, path, headers: length }).end(body);
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  return { status: response.statusCode ?? 0, headers: response.headers, text: await text(response) };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() =>
        address && typeof address === "object" ? resolve(address.port) : reject(new Error("no port")),
      );
    });
  });
}
