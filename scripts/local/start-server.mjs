import { spawn } from "node:child_process";
import { mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { passwordOf, urlsOf, writeInitFile } from "./accounts.mjs";
import { dockerLaunch } from "./docker.mjs";
import { nativeLaunch } from "./native.mjs";
import { freePort, greets, whyNotFree } from "./ports.mjs";
import { Advice } from "./progress.mjs";

/** Recovery after a crash and a container's first start take their time. */
const START_MS = 180_000;
const STOP_MS = 30_000;

const ALWAYS = ["--skip-name-resolve", "--skip-log-bin", "--character-set-server=utf8mb4"];
/** Test data need not outlive the machine. */
const FAST = ["--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=64M", "--max-connections=500"];

/**
 * Starts a server on `folder`, reachable from this machine alone.
 * @returns `{ pid, urls, exited, stop() }`; `exited` resolves when the server is gone, whatever the reason.
 * @throws Advice with the end of the server's log when it does not come up.
 */
export async function startServer({ program, folder, use, note }) {
  // A socket's path may not be longer than about 100 bytes, so it cannot lie in a folder of unknown depth.
  const scratch = mkdtempSync(join(tmpdir(), "migration-lambda-"));
  note({ scratch });
  const logPath = join(folder, "server.log");
  const setup = {
    program,
    folder,
    scratch,
    use,
    note,
    password: passwordOf(folder),
    log: openSync(logPath, "w", 0o600),
  };
  try {
    for (;;) {
      const port = await freePort();
      const server = await launch({ ...setup, port });
      if (await comesUp(server)) return finished(server, setup);
      await stop(server.child);
      // Someone may have taken the port in between. Anything else would only fail again.
      if (!(await whyNotFree(port)))
        throw new Advice(`The database did not start. ${logPath} ends with:\n${tail(logPath)}`);
    }
  } catch (error) {
    rmSync(scratch, { recursive: true, force: true });
    throw error;
  }
}

async function launch(setup) {
  const { program, folder, use, port, password, log, note } = setup;
  const initFile = join(folder, "init.sql");
  writeInitFile(initFile, { kind: program.kind, use, password });
  const options = use === "tests" ? [...ALWAYS, ...FAST] : ALWAYS;
  const prepare = program.kind === "docker" ? dockerLaunch : nativeLaunch;
  const { command, args, facts, greeting } = await prepare({ ...setup, initFile, options });
  const child = spawn(command, args, { stdio: ["ignore", log, log] });
  const exited = new Promise((resolve) => child.once("close", resolve).once("error", resolve));
  note({ ...facts, server: child.pid });
  return { child, exited, greeting, port };
}

async function comesUp({ child, exited, greeting }) {
  let gone = false;
  exited.then(() => {
    gone = true;
  });
  const deadline = Date.now() + START_MS;
  while (!gone && Date.now() < deadline) {
    const answers = await Promise.all(greeting.map(greets));
    if (answers.every(Boolean)) return child.exitCode === null;
    await sleep(20);
  }
  return false;
}

function finished({ child, exited, port }, { scratch, use, password }) {
  const host = "127.0.0.1";
  return {
    pid: child.pid,
    urls: { host, port, ...urlsOf({ host, port, use, password }) },
    exited,
    async stop() {
      await stop(child);
      rmSync(scratch, { recursive: true, force: true });
    },
  };
}

function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  return new Promise((resolve) => {
    const force = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
    child.once("close", () => resolve(clearTimeout(force)));
    child.kill("SIGTERM");
  });
}

function tail(path) {
  return readFileSync(path, "utf8").trimEnd().split("\n").slice(-15).join("\n");
}
