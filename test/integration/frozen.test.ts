import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { buildChild } from "../faults/build-child";
import { type Children, createChildren } from "../faults/call";
import { until } from "../support/blocked";
import { builtFolder } from "../support/built-folder";
import { createTestDatabase } from "../support/database";
import { sql as parse, run } from "../support/migrator";
import { SERVERS } from "../support/servers";

const built = builtFolder("frozen");
let children: Children | undefined;

afterEach(() => children?.close());

/** Rows of more than any socket takes, after a second. */
const LARGE = {
  mysql: "SELECT REPEAT('x', 10000) AS t, SLEEP(0.001) FROM seq_1_to_3000",
  postgres: "SELECT repeat('x', 10000) AS t FROM pg_sleep(1), generate_series(1, 3000)",
};

/** In a build that takes a session for abandoned after a second and not a minute. */
describe.each(SERVERS)("on $dialect", ({ server, dialect, nothing }) => {
  test.each([
    ["between two statements", "await new Promise((resolve) => setTimeout(resolve, 1500));"],
    ["while it is answered", `await context.query(${JSON.stringify(LARGE[dialect])});`],
  ])(
    "whoever comes after a process that is frozen %s, and keeps its connection, gets the lock",
    async (_where, work) => {
      const { url, query } = await createTestDatabase({ server });
      const outfile = join(built.path(), "child.cjs");
      await built.write({
        "migrations/1_code.ts": `import type { CodeParams } from "migration-lambda";
        export async function up({ context }: CodeParams) {
          await context.query("CREATE TABLE seen (n INT)");
          ${work}
          await context.query("INSERT INTO seen VALUES (1)");
        }`,
      });
      await buildChild({ root: process.cwd(), folder: join(built.path(), "migrations"), dialect, outfile });
      children = createChildren({ program: outfile, folder: built.path(), ahead: 0 });
      const child = children.fresh();
      const call = { requestId: "frozen", patienceMs: 60_000, whenRunning: "wait" } as const;
      void child.ask({ url, names: ["1_code"], command: { action: "migrate" }, call });
      const migrations = [parse("2_next", nothing, dialect)];
      await until(async () => (await run({ url, migrations }, "status")).inProgress?.connection);
      await sleep(500);
      child.signal("SIGSTOP");
      const report = await run({ url, migrations }, "migrate", { call: { patienceMs: 15_000 } });
      expect(report).toMatchObject({ outcome: "refused", problems: [{ code: "FILE_GONE", migration: "1_code" }] });
      expect(await query("SELECT name FROM migration")).toEqual([]);
    },
  );
});
