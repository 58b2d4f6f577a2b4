import { setTimeout as sleep } from "node:timers/promises";
import type { CodeParams } from "../../lib/migration";
import { createTestDatabase, type TestDatabase } from "../support/database";
import { cut, durable } from "../support/durable";
import { code, run } from "../support/migrator";
import { SERVERS } from "../support/servers";

describe.each(SERVERS)("on $dialect", (server) => {
  const { dialect } = server;
  const create = () => createTestDatabase({ server: server.server });
  const rows = (database: TestDatabase, sql: string) => database.query(sql);
  const insert = `INSERT INTO seen VALUES (${dialect === "mysql" ? "?" : "$1"})`;

  test.each([
    ["another text", insert.replace("VALUES", "SELECT"), [1]],
    ["other values", insert, [2]],
    ["an end before it", undefined, []],
  ])("a replay that diverges is refused: %s", async (_, second, values) => {
    const database = await create();
    const migration = (version: string, statement: string | undefined, given: readonly unknown[]) =>
      durable(async ({ context }) => {
        await context.query("CREATE TABLE seen (n INT)");
        if (statement) await context.query(statement, given).catch(() => undefined);
        if (version === "1") throw new Error("stop");
      }, version);
    const first = { url: database.url, migrations: [migration("1", insert, [1])] };
    expect(await run(first, "migrate")).toMatchObject({ outcome: "failed" });
    const other = { url: database.url, migrations: [migration("2", second, values)] };
    expect(await run(other, "migrate")).toMatchObject({
      outcome: "failed",
      failure: { code: "DIVERGED", message: expect.stringMatching(/^Statement 2 .* It was: INSERT INTO seen VALUES/) },
    });
    expect(await rows(database, "SELECT n FROM seen")).toEqual([{ n: 1 }]);
    expect(await run(first, "migrate")).toMatchObject({ failure: { message: "stop" } });
  });

  test("code that is cut off twice at the same place is not begun a third time: it is rolled back, or changed", async () => {
    const database = await create();
    let begun = 0;
    const hopeless = (version: string) =>
      code(
        "1_x",
        async ({ context }) => {
          begun += 1;
          await context.query("CREATE TABLE IF NOT EXISTS seen (n INT)");
          if (version === "1") await cut(database, server);
          await context.query(server.nothing);
        },
        { version, down: async ({ context }) => context.query("DROP TABLE seen") },
      );
    const target = { url: database.url, migrations: [hopeless("1")] };
    expect(await run(target, "migrate")).toMatchObject({ outcome: "incomplete" });
    expect(await run(target, "migrate")).toMatchObject({ outcome: "incomplete" });
    expect(await run(target, "migrate")).toMatchObject({
      outcome: "refused",
      problems: [{ code: "CUT_TWICE", migration: "1_x", file: "1_x.ts" }],
    });
    expect(await run(target, "status")).toMatchObject({ problems: [{ code: "CUT_TWICE" }] });
    expect(begun).toBe(2);
    expect(await run(target, "rollback")).toMatchObject({ outcome: "done", done: [{ direction: "down" }] });
    const changed = { url: database.url, migrations: [hopeless("2")] };
    expect(await run(changed, "migrate")).toMatchObject({ outcome: "done" });
  });

  test("rolling back code of which nothing stayed runs no down, and what stayed is undone by it", async () => {
    const database = await create();
    const migration = (up: (params: CodeParams) => Promise<unknown>, version: string) => {
      const { up: script, ...rest } = code("1_x", up, {
        version,
        down: ({ context }) => context.query("DROP TABLE seen"),
      });
      return { ...rest, up: { ...script, transaction: false as const } };
    };
    const early = migration(() => Promise.reject(new Error("at once")), "1");
    expect(await run({ url: database.url, migrations: [early] }, "migrate")).toMatchObject({ outcome: "failed" });
    expect(await run({ url: database.url, migrations: [early] }, "rollback")).toMatchObject({ outcome: "done" });
    const later = migration(async ({ context }) => {
      await context.query("CREATE TABLE seen (n INT)");
      throw new Error("later");
    }, "2");
    expect(await run({ url: database.url, migrations: [later] }, "migrate")).toMatchObject({ outcome: "failed" });
    expect(await run({ url: database.url, migrations: [later] }, "rollback")).toMatchObject({ outcome: "done" });
    expect(await rows(database, server.tables)).toEqual(
      ["", "_run", "_step"].map((end) => ({ name: `migration${end}` })),
    );
    expect(await run({ url: database.url, migrations: [] }, "status")).toMatchObject({
      message: "0 applied, 0 pending.",
    });
  });

  test("code that was cut off twice by the time is begun again by a call that has more of it", async () => {
    const database = await create();
    const slow = dialect === "mysql" ? "DO SLEEP(1)" : "SELECT pg_sleep(1)";
    const target = { url: database.url, migrations: [code("1_x", ({ context }) => context.query(slow))] };
    const short = { call: { patienceMs: 1_000 } };
    for (const _ of ["first", "second"]) {
      expect(await run(target, "migrate", short)).toMatchObject({ outcome: "incomplete" });
      // The server is still at it, and the next call would wait for that.
      await sleep(1_200);
    }
    const problems = [{ code: "CUT_TWICE", advice: expect.stringContaining("Call directly") }];
    expect(await run(target, "migrate", short)).toMatchObject({ outcome: "refused", problems });
    expect(await run(target, "migrate")).toMatchObject({ outcome: "done" });
  });
});
