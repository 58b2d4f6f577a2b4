import { setTimeout as sleep } from "node:timers/promises";
import type { Session } from "../../lib/database/database";
import { report } from "../../lib/engine/reports";
import { type DatabaseSubject, locked, script, start, stateOf, step, within } from "./database";

const head = { runId: "run-1", action: "accept", database: "d", startedAt: "2026-01-01T00:00:00.000Z" };
const ended = [report(head, { outcome: "done", message: "It's done." })];
const accepted = {
  name: "1_one",
  checksum: "d".repeat(64),
  normalised: "e".repeat(64),
  down: script("DROP TABLE two"),
};

/** One SLEEP of MySQL's succeeds when it is interrupted. */
const LONG = {
  mysql: `CREATE TABLE slept AS WITH RECURSIVE s AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM s WHERE n < 200)
 SELECT n, SLEEP(0.1) AS slept FROM s`,
  postgres: "CREATE TABLE slept AS SELECT 1 AS n FROM pg_sleep(20)",
};

/** What the interfaces Repairs and Canceller promise, for any dialect. */
export function correctingContract(subject: DatabaseSubject): void {
  describe("what a person corrects", () => repairs(subject));
  describe("beside the session", () => beside(subject));
}

function repairs(subject: DatabaseSubject): void {
  const applied = async () => {
    const created = await subject.create();
    await locked(created.database, async (session) => {
      await session.carryOut(step(script("CREATE TABLE one (n INT)")), start);
      await session.startRun(start, []);
    });
    return created;
  };

  test("an accepted file takes the place of what was applied, and its run ends with that", async () => {
    const { database } = await applied();
    await locked(database, (session) => session.accept(accepted, ended));
    const { applied: rows, run, unfinished } = await stateOf(database);
    expect([rows.length, unfinished]).toEqual([1, []]);
    expect(rows[0]).toMatchObject({ ...accepted, down: accepted.down });
    expect(run?.report).toEqual(ended[0]);
  });

  test("a settled step goes on where it is said to, and its run ends with that", async () => {
    const { database } = await applied();
    await locked(database, async (session) => {
      await session.begin(step(script("SELECT 1", "SELECT 2")), start, () => {});
      await session.settle({ statement: 1, error: { message: "looked", index: 1 } }, ended);
    });
    const { step: open, run } = await stateOf(database);
    expect(open).toMatchObject({ name: "1_one", statement: 1, error: { message: "looked", index: 1 } });
    expect(run?.report).toEqual(ended[0]);
  });

  test.each<[string, (session: Session) => Promise<void>]>([
    ["accepted", (session) => session.accept(accepted, ended)],
    ["settled", (session) => session.settle({ statement: 0, error: { message: "looked" } }, ended)],
  ])("nothing is %s without the lock", async (_what, work) => {
    const { database } = await applied();
    const before = await stateOf(database);
    const lockless = locked(database, async (session) => {
      await session.execute(subject.releaseLocks);
      await work(session);
    });
    await expect(lockless).rejects.toMatchObject({ code: "LOCK_LOST" });
    const { applied: rows, run } = await stateOf(database);
    expect([rows, run?.report]).toEqual([before.applied, undefined]);
  });

  test("a step that somebody else has done with the lock is not recorded by who has lost it", async () => {
    const { database } = await subject.create();
    await locked(database, async (session) => {
      const lockless = session.carryOut(step(script(subject.releaseLocks, subject.sleep(1))), start);
      await locked(database, (other) => other.carryOut(step(script()), start));
      await expect(lockless).rejects.toMatchObject({ code: "LOCK_LOST" });
    });
    expect((await stateOf(database)).applied).toHaveLength(1);
  });
}

function beside(subject: DatabaseSubject): void {
  test("a run is recorded while somebody else has the lock", async () => {
    const { database } = await subject.create();
    await locked(database, () =>
      database.cancelling(within(5_000), async (canceller) => {
        await canceller.startRun({ ...start, action: "cancel" }, []);
        expect((await canceller.state("run-1")).holder).toBeDefined();
        await canceller.finishRun({ ...report(head, { outcome: "refused", message: "No." }) });
      }),
    );
    expect(await stateOf(database)).toMatchObject({ run: { action: "cancel", report: { outcome: "refused" } } });
  });

  test("a statement that is running is stopped, and its step tells of it as of any failure", async () => {
    const { database } = await subject.create();
    const waiting = script("SELECT 1", LONG[database.dialect]);
    const running = locked(database, (session) => session.carryOut(step(waiting), start));
    await database.cancelling(within(9_000), async (canceller) => {
      for (;;) {
        const { step: open, holder } = await canceller.state("x");
        const asked = open && open.connection === holder ? await canceller.stop(open) : undefined;
        if (asked) return;
        await sleep(100);
      }
    });
    expect(await running).toMatchObject({ end: "failed" });
  });

  test("a session that is between two statements is left alone", async () => {
    const { database } = await subject.create();
    await locked(database, async (session) => {
      await session.begin(step(script("SELECT 1")), start, () => {});
      await database.cancelling(within(5_000), async (canceller) => {
        const { step: open } = await canceller.state("x");
        expect(open && (await canceller.stop(open))).toBeUndefined();
      });
      await session.execute("SELECT 1");
    });
  });
}
