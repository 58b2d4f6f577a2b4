// The private server of one dialect, which the harness may kill and start again on the same data and port.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { passwordOf } from "../../scripts/local/accounts.mjs";
import { freePort } from "../../scripts/local/ports.mjs";
import { Advice, say } from "../../scripts/local/progress.mjs";
import { ensureServer } from "../../scripts/local/servers.mjs";

const PROGRAMS = { mysql: "mysql", postgres: "postgres18" };
/** What was committed must be there after a crash of the server, if not of the machine. */
const DURABLE = {
  mysql: ["--innodb-flush-log-at-trx-commit=2"],
  postgres: ["-c", "synchronous_commit=on"],
};
/** A file system in memory: it outlives the server, and waits for no disk. */
const MEMORY = "/dev/shm";
const START_MS = 60_000;
const STOP_MS = 10_000;

export async function startFaultServer(dialect) {
  const { program, launch } = await ensureServer(PROGRAMS[dialect]);
  const folder = mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), "migration-lambda-faults-"));
  const scratch = mkdtempSync(join(tmpdir(), "migration-lambda-"));
  const log = openSync(join(folder, "server.log"), "a", 0o600);
  const port = await freePort();
  const setup = { program, folder, scratch, use: "tests", host: "127.0.0.1", port, password: passwordOf(folder), log };
  const launched = await launch(setup);
  let child = await start(dialect, launched, log);
  let asked = false;
  const watch = () =>
    child.once(
      "exit",
      () => asked || say(`The server of ${dialect} ended by itself:\n${tail(join(folder, "server.log"))}`),
    );
  watch();
  const remove = () => {
    // What was killed a moment ago may still write.
    for (const path of [folder, scratch])
      rmSync(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  };
  const end = () => {
    child.kill("SIGKILL");
    remove();
  };
  process.once("exit", end);
  return {
    url: launched.urls.adminUrl,
    port,
    canCrash: program.kind !== "docker",
    crash: async () => {
      asked = true;
      await kill(child);
      child = await start(dialect, launched, log);
      asked = false;
      watch();
    },
    stop: async () => {
      process.off("exit", end);
      asked = true;
      // It clears away what it shares in memory.
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill(launched.stopSignal);
      await Promise.race([ended, sleep(STOP_MS, undefined, { ref: false })]);
      await kill(child);
      remove();
    },
  };
}

async function start(dialect, { command, args, isUp }, log) {
  const deadline = Date.now() + START_MS;
  while (Date.now() < deadline) {
    const child = spawn(command, [...args, ...DURABLE[dialect]], { stdio: ["ignore", log, log] });
    while (child.exitCode === null && child.signalCode === null && Date.now() < deadline) {
      if (await isUp()) return child;
      await sleep(10);
    }
    // What is left of the one before may still hold the data for a moment.
    await sleep(50);
  }
  throw new Advice("The database server did not start again.");
}

/** With all of its processes: those that a server has started would go on for a moment. */
async function kill(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const own = childrenOf(child.pid);
  for (const pid of [child.pid, ...own]) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // Gone meanwhile.
    }
  }
  await ended;
}

function childrenOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number);
  } catch {
    return []; // not Linux
  }
}

function tail(path) {
  return readFileSync(path, "utf8").trimEnd().split("\n").slice(-80).join("\n");
}
