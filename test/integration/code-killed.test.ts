import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { build } from "esbuild";
import { builtFolder } from "../support/built-folder";
import { createTestDatabase } from "../support/database";
import { SERVERS } from "../support/servers";

const built = builtFolder("code-killed");

const running: ChildProcess[] = [];

afterEach(() => {
  for (const child of running.splice(0)) child.kill("SIGKILL");
});

/** Runs the migration of `test/support/killed-migration.ts` in a process of its own. */
async function start(url: string): Promise<ChildProcess> {
  const outfile = join(built.path(), "killed.cjs");
  await build({
    entryPoints: [resolve("test/support/killed-migration.ts")],
    bundle: true,
    platform: "node",
    outfile,
    logLevel: "error",
  });
  const env = { ...process.env, DATABASE_URL: url };
  const child = spawn(process.execPath, [outfile], { env, stdio: ["ignore", "pipe", "inherit"] });
  running.push(child);
  return child;
}

describe.each(SERVERS)("on $dialect", (server) => {
  test("a process that is killed at any moment leaves a migration that goes on", async () => {
    const database = await createTestDatabase({ server: server.server });
    for (const delayMs of [20, 120, 260]) {
      const child = await start(database.url);
      const exit = once(child, "exit");
      await Promise.race([once(child.stdout ?? child, "data"), exit]);
      await sleep(delayMs);
      child.kill("SIGKILL");
      await exit;
    }
    const child = await start(database.url);
    const [exitCode] = await once(child, "exit");
    expect(exitCode).toBe(0);
    const [count] = await database.query<{ n: unknown; hits: unknown }>(
      "SELECT COUNT(*) AS n, SUM(hits) AS hits FROM seen",
    );
    expect([Number(count?.n), Number(count?.hits)]).toEqual([40, 40]);
  });
});
