import { setTimeout as sleep } from "node:timers/promises";
import { createTestDatabase, type TestDatabase } from "../support/database";
import { startContainer } from "../support/guarded";
import { run, sql } from "../support/migrator";
import { SERVERS } from "../support/servers";

/**
 * The tables say by the default of a column which schema they are: a row that says 1 for the code and 2 for the table was
 * written by code on a schema that it was not built for. The migration is of several segments on both servers.
 */
const turnTo = (version: number) =>
  ["first_table", "second_table"].map((table) => `ALTER TABLE ${table} ALTER COLUMN is_schema SET DEFAULT ${version};`);

describe.each(SERVERS)("$server", ({ server, dialect, sleep: sleeping }) => {
  const tables = ["first_table", "second_table"].map(
    (table) => `CREATE TABLE ${table} (is_code INT NOT NULL, is_schema INT NOT NULL DEFAULT 1);`,
  );
  const made = sql("1_tables", tables.join("\n"), dialect);
  const noTransaction = dialect === "postgres" ? "-- migration: no transaction\n" : "";
  const between = `${sleeping(0.1)};`;
  const turned = sql(
    "2_turn",
    `${noTransaction}-- migration: post\n-- migrate:up\n${turnTo(2).join(`\n${between}\n`)}\n-- migrate:down\n${turnTo(1).join(`\n${between}\n`)}`,
    dialect,
  );
  const both = [made, turned];

  type Rewrite = (sql: string) => string;
  type Served = Record<"old" | "new" | "refused", number>;

  /** Goes on serving until it is told to stop. */
  async function serve(
    url: string,
    load: { readonly served: Served; ended: boolean; readonly rewrite?: Rewrite },
    code: 1 | 2,
  ) {
    const { served, rewrite } = load;
    const options = { mode: code === 1 ? "at-least" : "exact", waitMs: 0, ...(rewrite && { rewrite }) } as const;
    const { guard } = startContainer(url, code === 1 ? [made] : both, options);
    while (!load.ended) {
      const work = guard.transaction(async (query) => {
        // Nothing is touched yet whose locks would keep a migration away by themselves.
        await sleep(50 + Math.random() * 150);
        await query(`INSERT INTO first_table (is_code) VALUES (${code})`);
        await query(`INSERT INTO second_table (is_code) VALUES (${code})`);
      });
      const count = (what: keyof Served) => {
        served[what] += 1;
      };
      await work.then(
        () => count(code === 1 ? "old" : "new"),
        async (error) => {
          if (error.code !== "MIGRATING" && error.code !== "OUT_OF_DATE") throw error;
          count("refused");
          await sleep(10);
        },
      );
    }
  }

  /** Five containers of the old code and five of the new, while the database goes to the new schema and back. */
  async function underLoad(database: TestDatabase, rewrite?: Rewrite) {
    const { url } = database;
    await run({ url, migrations: [made] }, "migrate");
    const served: Served = { old: 0, new: 0, refused: 0 };
    const load = { served, ended: false, ...(rewrite && { rewrite }) };
    const containers = Array.from({ length: 10 }, (_, index) => serve(url, load, index % 2 === 0 ? 1 : 2));
    const more = async (code: "old" | "new") => {
      for (const before = served[code]; served[code] < before + 7; ) await sleep(10);
    };
    const all = Promise.all(containers);
    const rounds = async () => {
      const outcomes = await thereAndBack(url, more);
      // How many are at the wrong place is a matter of chance where nothing keeps them from it.
      for (let left = 9; rewrite && left > 0 && (await wrongIn(database)) === 0; left -= 1)
        await thereAndBack(url, more);
      return outcomes;
    };
    const outcomes = await Promise.race([all.then(() => []), rounds()]);
    load.ended = true;
    await all;
    return { served, outcomes, wrong: await wrongIn(database) };
  }

  async function thereAndBack(url: string, more: (code: "old" | "new") => Promise<void>) {
    await more("old");
    const there = await run({ url, migrations: both }, "migrate");
    await more("new");
    const back = await run({ url, migrations: both }, "rollback");
    await more("old");
    return [there.outcome, back.outcome];
  }

  async function wrongIn(database: TestDatabase): Promise<number> {
    const each = ["first_table", "second_table"].map(
      (table) => `SELECT COUNT(*) AS n FROM ${table} WHERE is_code <> is_schema`,
    );
    const counts = await Promise.all(each.map((count) => database.query<{ n: unknown }>(count)));
    return counts.flat().reduce((sum, { n }) => sum + Number(n), 0);
  }

  test("no work is committed on a schema that its code was not built for", async () => {
    const database = await createTestDatabase({ server });
    const { served, outcomes, wrong } = await underLoad(database);
    expect({ outcomes, wrong }).toEqual({ outcomes: ["done", "done"], wrong: 0 });
    expect(served.refused).toBeGreaterThan(0);
  });

  test("without the Guard's lock the same load commits such work", async () => {
    const database = await createTestDatabase({ server });
    const unlocked = (statement: string) =>
      statement
        .replace(/ (?:LOCK IN SHARE MODE|FOR SHARE)(?: NOWAIT)?$/, "")
        .replace(/pg_catalog\.pg_try_advisory_xact_lock_shared\([^)]*\)/, "true");
    expect((await underLoad(database, unlocked)).wrong).toBeGreaterThan(0);
  });
});
