import { setTimeout as sleep } from "node:timers/promises";
import { type Connection, createConnection } from "mysql2/promise";
import type { Migration } from "../../lib/migration";
import type { Report } from "../../lib/report";
import { createTestDatabase, type TestDatabase } from "../support/database";
import { run, sql } from "../support/migrator";

/** No marks between them. The first one waits for whoever reads t. */
const STATEMENTS = [
  "ALTER TABLE t ADD COLUMN m INT",
  "CREATE TABLE made (id INT NOT NULL, name VARCHAR(10))",
  "CREATE INDEX by_name ON made (name)",
  "ALTER TABLE t DROP COLUMN k",
  "DROP TABLE old",
];

const chain = (...statements: readonly string[]) => sql("1_chain", `${statements.join(";\n")};`);
const migration = chain(...STATEMENTS);

interface Prepared {
  readonly database: TestDatabase;
  readonly target: { readonly url: string; readonly migrations: readonly Migration[] };
}

/** Everything is there that the chain names, and the journal. */
async function prepared(one = migration): Promise<Prepared> {
  const database = await createTestDatabase();
  await database.query("CREATE TABLE t (n INT NOT NULL PRIMARY KEY, k INT)");
  await database.query("CREATE TABLE old (n INT)");
  const first = sql("0_first", "DO 0;");
  await run({ url: database.url, migrations: [first] }, "migrate");
  return { database, target: { url: database.url, migrations: [first, one] } };
}

/** The chain's connection, once it waits for a table. */
async function waiting(database: TestDatabase): Promise<number> {
  for (const until = Date.now() + 10_000; Date.now() < until; await sleep(50)) {
    const [row] = await database.query<{ id: number }>(
      "SELECT ID AS id FROM information_schema.PROCESSLIST WHERE DB = DATABASE() AND STATE LIKE 'Waiting for table%'",
    );
    if (row) return row.id;
  }
  throw new Error("nothing waits");
}

/** Calls `work` while the first statement that needs `table` waits for it; @returns what became of the run. */
async function held(
  { database, target }: Prepared,
  table: string,
  work: (connection: number, admin: Connection) => Promise<unknown>,
): Promise<Report> {
  const admin = await createConnection({ uri: process.env.TEST_MYSQL_URL ?? "", database: database.name });
  await admin.query("START TRANSACTION");
  await admin.query(`SELECT * FROM ${table}`);
  const running = run(target, "migrate");
  try {
    await work(await waiting(database), admin);
  } finally {
    await admin.end();
  }
  return running;
}

/** As after a server that died when these statements had taken effect: the journal knows of none of them. */
async function cutAfter(statements: readonly string[], one = migration): Promise<Prepared> {
  const made = await prepared(one);
  const report = await held(made, "t", (connection, admin) => admin.query(`KILL ${connection}`));
  expect(report).toMatchObject({ outcome: "incomplete" });
  for (const statement of statements) await made.database.query(statement);
  return made;
}

const shape = async ({ database }: Prepared) => {
  const columns = await database.query<{ name: string }>(
    "SELECT CONCAT(TABLE_NAME, '.', COLUMN_NAME) AS name FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME NOT LIKE 'migration%' ORDER BY 1",
  );
  return columns.map(({ name }) => name);
};
const DONE = ["made.id", "made.name", "t.m", "t.n"];

test.each(STATEMENTS.map((_, count) => count).concat(STATEMENTS.length))(
  "a chain that was cut off when %i of its statements had taken effect goes on with the next one",
  async (count) => {
    const made = await cutAfter(STATEMENTS.slice(0, count));
    const statement = Math.min(count + 1, STATEMENTS.length);
    expect(await run(made.target, "status")).toMatchObject({ problems: [], inProgress: { statement } });
    expect(await run(made.target, "migrate")).toMatchObject({ outcome: "done", done: [{ name: "1_chain" }] });
    expect(await shape(made)).toEqual(DONE);
  },
);

test.each([
  ["nothing", "DROP TABLE made", 1],
  ["its table", "DROP INDEX by_name ON made", 2],
  ["its table and an index of that", "DO 0", 3],
])(
  "a chain that begins with a table and was cut off when there was %s goes on from there",
  async (_, undo, statement) => {
    const [alter = "", make = "", index = "", ...rest] = STATEMENTS;
    const made = await prepared(chain(make, index, alter, ...rest));
    await held(made, "t", (connection, admin) => admin.query(`KILL ${connection}`));
    await made.database.query(undo);
    expect(await run(made.target, "status")).toMatchObject({ problems: [], inProgress: { statement } });
    expect(await run(made.target, "migrate")).toMatchObject({ outcome: "done", done: [{ name: "1_chain" }] });
    expect(await shape(made)).toEqual(DONE);
  },
);

test("the marks of a chain are one", async () => {
  const { database, target } = await prepared();
  await database.query("CREATE TABLE writes (n INT)");
  await database.query(
    "CREATE TRIGGER written AFTER UPDATE ON migration_step FOR EACH ROW INSERT INTO writes SELECT NEW.statement FROM DUAL WHERE NEW.id = 1",
  );
  expect(await run(target, "migrate")).toMatchObject({ outcome: "done" });
  expect(await database.query("SELECT n FROM writes")).toEqual([{ n: 0 }]);
});

describe("a gap in what a chain has left", () => {
  const withGap = () => cutAfter([STATEMENTS[0] ?? "", "ALTER TABLE t DROP COLUMN k"]);

  test("is asked about, by the statement that is missing", async () => {
    const made = await withGap();
    expect(await run(made.target, "migrate")).toMatchObject({
      outcome: "refused",
      problems: [{ code: "CUT_OFF", migration: "1_chain", statement: 2, line: 2 }],
    });
  });

  test("is closed by an answer for that statement, and what comes after it is looked at again", async () => {
    const made = await withGap();
    await made.database.query(STATEMENTS[1] ?? "");
    const answer = { migration: "1_chain", statement: 3, as: "applied", reason: "It is not needed." } as const;
    expect(await run(made.target, "settle", answer)).toMatchObject({ outcome: "done" });
    expect(await run(made.target, "status")).toMatchObject({ inProgress: { statement: 5 }, problems: [] });
    expect(await run(made.target, "migrate")).toMatchObject({ outcome: "done" });
    expect(await shape(made)).toEqual(DONE);
  });

  test("is filled where the answer is that the statement was not applied, and what is there already is refused", async () => {
    const made = await withGap();
    const answer = {
      migration: "1_chain",
      statement: 2,
      as: "not applied",
      reason: "There is no such table.",
    } as const;
    await run(made.target, "settle", answer);
    expect(await run(made.target, "migrate")).toMatchObject({
      outcome: "failed",
      failure: { statement: 4, applied: 3 },
    });
  });
});

test("what was as a statement leaves it before the chain began is asked about", async () => {
  const { database, target } = await prepared();
  await database.query("DROP TABLE old");
  await held({ database, target }, "t", (connection, admin) => admin.query(`KILL ${connection}`));
  for (const statement of STATEMENTS.slice(0, 4)) await database.query(statement);
  expect(await run(target, "migrate")).toMatchObject({
    outcome: "refused",
    problems: [{ code: "CUT_OFF", statement: 5 }],
  });
});

describe("a statement that is refused in the middle of a chain", () => {
  const broken = chain(
    ...STATEMENTS.slice(0, 3),
    "ALTER TABLE t ADD CONSTRAINT c FOREIGN KEY (n) REFERENCES nowhere (n)",
    "DROP TABLE old",
  );

  test("is the one that the journal names, and its correction goes on from there", async () => {
    const made = await prepared(broken);
    expect(await run(made.target, "migrate")).toMatchObject({
      outcome: "failed",
      failure: { statement: 4, applied: 3 },
    });
    expect(await run(made.target, "status")).toMatchObject({ inProgress: { statement: 4 } });
    const corrected = { ...made.target, migrations: [sql("0_first", "DO 0;"), migration] };
    expect(await run(corrected, "migrate")).toMatchObject({ outcome: "done", done: [{ recovered: true }] });
    expect(await shape(made)).toEqual(DONE);
  });

  test("is found again where the refusal itself was lost", async () => {
    const made = await cutAfter(STATEMENTS.slice(0, 3), broken);
    expect(await run(made.target, "migrate")).toMatchObject({
      outcome: "failed",
      failure: { statement: 4, applied: 3 },
    });
  });
});

test("while a chain runs, status and cancel know at which statement it is", async () => {
  const made = await prepared();
  const report = await held(made, "old", async () => {
    expect(await run(made.target, "status")).toMatchObject({ inProgress: { statement: 5, sql: "DROP TABLE old" } });
    expect(await run(made.target, "cancel")).toMatchObject({
      outcome: "done",
      message: expect.stringContaining("Stopped statement 5 of 5"),
    });
  });
  expect(report).toMatchObject({ outcome: "failed", failure: { statement: 5, applied: 4 } });
});

test.each<[string, readonly string[]]>([
  ["before", []],
  ["after", ["CREATE TABLE made (id INT NOT NULL, name VARCHAR(10))"]],
])("of a mark by an older version, which knew no chains, it is found out: cut off %s", async (_, more) => {
  const made = await cutAfter([STATEMENTS[0] ?? "", ...more]);
  await made.database.query("UPDATE migration_step SET statement = 1, probe = 'none'");
  expect(await run(made.target, "migrate")).toMatchObject({ outcome: "done" });
  expect(await shape(made)).toEqual(DONE);
});
