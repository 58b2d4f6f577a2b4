import { setTimeout as sleep } from "node:timers/promises";
import type { Database, Deadline, ExclusiveOptions, RunStart, Session, Step } from "../../lib/database/database";
import { report } from "../../lib/engine/reports";
import type { SqlScript } from "../../lib/migration";

/** What the suite needs of a kind of database: an empty one for each test, and its dialect's way to wait. */
export interface DatabaseSubject {
  create(): Promise<{ readonly database: Database; readonly name: string; query<Row>(sql: string): Promise<Row[]> }>;
  /** A statement that takes so many seconds. */
  sleep(seconds: number): string;
  readonly releaseLocks: string;
  /** What `information_schema` calls the place of the tables. */
  schema(database: string): string;
}

export const within = (ms: number): Deadline => {
  const end = performance.now() + ms;
  return { remainingMs: () => Math.max(0, end - performance.now()) };
};
const wait: ExclusiveOptions["whenBusy"] = async () => "wait";
const leave: ExclusiveOptions["whenBusy"] = async () => "leave";
export const start: RunStart = { runId: "run-1", action: "migrate", key: "k".repeat(64), bundle: "test" };
const checksum = "c".repeat(64);

export const script = (...statements: string[]): SqlScript => ({
  kind: "sql",
  file: "1_one.sql",
  statements: statements.map((sql, index) => ({ sql, line: index + 1 })),
});

export function step(up: SqlScript, more: Partial<Step> = {}): Step {
  const down = script("DROP TABLE one");
  return { name: "1_one", direction: "up", script: up, from: 0, checksum, normalised: checksum, down, ...more };
}

export const locked = async <T>(
  database: Database,
  work: (session: Session) => Promise<T>,
  deadline = within(10_000),
) => {
  const held = await database.exclusively({ deadline, whenBusy: wait }, async (session) => {
    await session.prepare();
    return work(session);
  });
  if (!held) throw new Error("the lock was not to be had");
  return held.value;
};

export const stateOf = (database: Database) => database.read(within(5_000), start, ({ state }) => state(start.runId));

/** The promises of `lib/database/database.ts`, for any dialect. */
export function databaseContract(subject: DatabaseSubject): void {
  describe("reading", () => reading(subject));
  describe("the lock", () => locking(subject));
  describe("a step in SQL", () => sqlSteps(subject));
  describe("a step in code", () => codeSteps(subject));
  describe("runs", () => runs(subject));
}

function reading(subject: DatabaseSubject): void {
  test("an empty database is read without anything being made in it", async () => {
    const { database, name, query } = await subject.create();
    expect(await stateOf(database)).toEqual({ tables: "missing", applied: [], unfinished: [] });
    expect(await database.read(within(5_000), { runId: "x" }, async (visit) => visit.database)).toBe(name);
    expect(
      await query(`SELECT * FROM information_schema.tables WHERE table_schema = '${subject.schema(name)}'`),
    ).toEqual([]);
  });

  test("the tables are made once, and again without harm", async () => {
    const { database } = await subject.create();
    await locked(database, async () => undefined);
    await locked(database, async () => undefined);
    expect(await stateOf(database)).toEqual({ tables: "ready", applied: [], unfinished: [] });
  });

  test("tables of an older version are read as they are, and brought up to date before anything is written", async () => {
    const { database, query } = await subject.create();
    await locked(database, (session) => session.carryOut(step(script("SELECT 1")), start));
    await query("ALTER TABLE migration_step DROP COLUMN probe, DROP COLUMN state, DROP COLUMN cuts");
    await query("ALTER TABLE migration DROP COLUMN origin, DROP COLUMN repeatable");
    expect(await stateOf(database)).toMatchObject({ tables: "old", applied: [{ name: "1_one" }] });
    await locked(database, async () => undefined);
    expect(await stateOf(database)).toMatchObject({ tables: "ready", applied: [{ name: "1_one" }] });
  });
}

function locking(subject: DatabaseSubject): void {
  test("only one session has it at a time, and the next gets it when the first is done", async () => {
    const { database } = await subject.create();
    const order: string[] = [];
    const enter = (name: string) =>
      locked(database, async () => {
        order.push(`${name} in`);
        await sleep(150);
        order.push(`${name} out`);
      });
    await Promise.all([enter("a"), enter("b"), enter("c")]);
    expect(order.map((entry) => entry.slice(2))).toEqual(["in", "out", "in", "out", "in", "out"]);
  });

  test("who will not wait leaves, and sees who holds it", async () => {
    const { database } = await subject.create();
    await locked(database, async ({ connection }) => {
      let holder: number | undefined;
      const held = await database.exclusively(
        {
          deadline: within(5_000),
          whenBusy: async (reader) => {
            holder = (await reader.state("x")).holder;
            return "leave";
          },
        },
        async () => "never",
      );
      expect([held, holder]).toEqual([undefined, connection]);
    });
  });

  test("waiting ends with the deadline", async () => {
    const { database } = await subject.create();
    await locked(database, async () => {
      expect(
        await database.exclusively({ deadline: within(300), whenBusy: wait }, async () => "never"),
      ).toBeUndefined();
    });
  });

  test("it is free again after an error", async () => {
    const { database } = await subject.create();
    await expect(locked(database, () => Promise.reject(new Error("oops")))).rejects.toThrow("oops");
    expect(await database.exclusively({ deadline: within(1_000), whenBusy: leave }, async () => "got it")).toEqual({
      value: "got it",
    });
  });
}

function sqlSteps(subject: DatabaseSubject): void {
  test("statements and row are written, in the order of application", async () => {
    const { database, query } = await subject.create();
    const up = script("CREATE TABLE one (n INT)", "INSERT INTO one VALUES (1)");
    const end = await locked(database, (session) => session.carryOut(step(up), start));
    expect(end).toEqual({ end: "done", durationMs: expect.any(Number) });
    const { applied, step: open } = await stateOf(database);
    expect(applied).toEqual([
      {
        id: 1,
        name: "1_one",
        checksum,
        normalised: checksum,
        runId: "run-1",
        bundle: "test",
        appliedAt: expect.stringMatching(/^20.*Z$/),
        down: script("DROP TABLE one"),
      },
    ]);
    expect(open).toBeUndefined();
    expect(await query("SELECT n FROM one")).toEqual([{ n: 1 }]);
  });

  test("going down deletes the row", async () => {
    const { database } = await subject.create();
    await locked(database, async (session) => {
      await session.carryOut(step(script("CREATE TABLE one (n INT)")), start);
      await session.carryOut(step(script("DROP TABLE one"), { direction: "down" }), start);
    });
    expect((await stateOf(database)).applied).toEqual([]);
  });

  test("a script without statements is applied all the same", async () => {
    const { database } = await subject.create();
    await locked(database, (session) => session.carryOut(step(script()), start));
    expect((await stateOf(database)).applied).toHaveLength(1);
  });

  test("a failure names the statement and keeps nothing that did not take effect", async () => {
    const { database } = await subject.create();
    const up = script("SELECT 1", "INSERT INTO nowhere VALUES (1)");
    const end = await locked(database, (session) => session.carryOut(step(up), start));
    expect(end).toEqual({
      end: "failed",
      failure: { index: 1, applied: 0, code: expect.any(String), message: expect.stringContaining("nowhere") },
    });
    expect(await stateOf(database)).toMatchObject({ applied: [] });
  });

  test("what is under way at the deadline is finished by the server, its row included", async () => {
    const { database } = await subject.create();
    const up = script("CREATE TABLE one (n INT)", subject.sleep(1), "INSERT INTO one VALUES (1)");
    const end = await locked(database, (session) => session.carryOut(step(up), start), within(500));
    expect(end).toEqual({ end: "left" });
    await locked(database, async () => undefined);
    expect(await stateOf(database)).toMatchObject({ applied: [{ name: "1_one" }] });
  });

  test("names and texts of any kind come back as they were", async () => {
    const { database } = await subject.create();
    const name = `'; DROP TABLE migration; -- "ü" \\ \` 🙂`;
    await locked(database, (session) =>
      session.carryOut(step(script(), { name, down: script("SELECT '\\\\', 'ü🙂'") }), start),
    );
    expect((await stateOf(database)).applied).toMatchObject([{ name, down: script("SELECT '\\\\', 'ü🙂'") }]);
  });
}

function codeSteps(subject: DatabaseSubject): void {
  const code: Step = { ...step(script()), script: { kind: "code", file: "1_one.ts", run: async () => undefined } };

  test("between begin and complete it is in progress", async () => {
    const { database } = await subject.create();
    await locked(database, async (session) => {
      await session.begin(code, start, () => {});
      expect(await stateOf(database)).toMatchObject({
        step: { name: "1_one", connection: session.connection, runId: "run-1" },
      });
      expect(await session.execute("SELECT 1 AS one")).toEqual({ rows: [{ one: 1 }], affectedRows: 0 });
      expect(await session.complete(code)).toEqual({ end: "done", durationMs: expect.any(Number) });
    });
    expect((await stateOf(database)).step).toBeUndefined();
  });

  test("why it failed is kept, where what it did is kept", async () => {
    const { database } = await subject.create();
    await locked(database, async (session) => {
      await session.begin({ ...code, script: { ...code.script, transaction: false } }, start, () => {});
      await session.fail({ message: "it's broken" });
    });
    expect(await stateOf(database)).toMatchObject({
      applied: [],
      step: { name: "1_one", error: { message: "it's broken" } },
    });
  });
}

function runs(subject: DatabaseSubject): void {
  const head = { runId: "run-1", action: "migrate", database: "d", startedAt: "2026-01-01T00:00:00.000Z" } as const;

  test("a run is unfinished until its Report is stored", async () => {
    const { database } = await subject.create();
    await locked(database, async (session) => {
      await session.startRun(start, [{ name: "1_one", direction: "up" }]);
      const { unfinished } = await stateOf(database);
      expect(unfinished).toMatchObject([
        { runId: "run-1", attended: true, connection: session.connection, plan: [{ name: "1_one", direction: "up" }] },
      ]);
      await session.finishRun(report(head, { outcome: "done", message: "It's \\ done." }));
    });
    expect(await stateOf(database)).toMatchObject({ unfinished: [], run: { report: { message: "It's \\ done." } } });
  });
}
