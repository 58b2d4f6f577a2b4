import { setTimeout as wait } from "node:timers/promises";
import type { Call, Command } from "../../lib/command";
import { createDatabasesMigrator, type DatabasesOptions } from "../../lib/engine/databases";
import { MigratorError } from "../../lib/errors";
import type { Report, Summary } from "../../lib/report";
import { reportOf } from "../contract/trigger";

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const call: Call = { requestId: "r", patienceMs: 20_000, whenRunning: "wait" };
const ALL: Command = { action: "migrate", databases: "*" };
const names = ["a", "b", "c", "d", "e", "f"];

type Play = (database: string, call: Call) => Promise<Report>;

const migratorOf = (play: Play, options: Partial<DatabasesOptions> = {}) =>
  createDatabasesMigrator({
    open: (database = "own") => ({ run: (_, given) => play(database, given) }),
    allowed: ["*"],
    isName: () => true,
    names: async () => names,
    atOnce: 2,
    logOf: () => silent,
    ...options,
  });

const done: Play = async (database) => ({ ...reportOf("done"), database });
const failingIn =
  (bad: string): Play =>
  async (database) => ({ ...reportOf(database === bad ? "failed" : "done"), database });

const databasesOf = (summary: Report | Summary) =>
  "databases" in summary ? summary.databases.map(({ database }) => database) : undefined;

test("no more are worked on at a time than is set, and all get their turn", async () => {
  let [now, most] = [0, 0];
  const play: Play = async (database, given) => {
    now += 1;
    most = Math.max(most, now);
    await wait(5);
    now -= 1;
    return done(database, given);
  };
  const summary = await migratorOf(play, { atOnce: 3 }).run(ALL, call);
  expect([most, databasesOf(summary)]).toEqual([3, names]);
});

test("each has the time that is left, not that of the first", async () => {
  const given: number[] = [];
  const play: Play = async (database, one) => {
    given.push(one.patienceMs);
    await wait(5);
    return done(database, one);
  };
  await migratorOf(play, { atOnce: 1 }).run(ALL, call);
  expect(given).toEqual(given.toSorted((a, b) => b - a));
  expect(new Set(given).size).toBe(names.length);
});

test("when the time is up nothing is begun any more", async () => {
  const slow: Play = async (database, one) => {
    await wait(60);
    return done(database, one);
  };
  const summary = await migratorOf(slow, { atOnce: 1 }).run(ALL, { ...call, patienceMs: 100 });
  expect(summary).toMatchObject({ outcome: "incomplete", notStarted: names.slice(1) });
});

test("the failure of one does not keep the others from being begun", async () => {
  expect(await migratorOf(failingIn("a")).run(ALL, call)).toMatchObject({
    outcome: "failed",
    message: "6 databases: 5 done, 1 failed (a: This is failed).",
  });
});

test("with onFailure stop nothing is begun after it", async () => {
  const summary = await migratorOf(failingIn("b"), { atOnce: 1 }).run({ ...ALL, onFailure: "stop" }, call);
  expect([databasesOf(summary), summary.outcome]).toEqual([["a", "b"], "failed"]);
  expect(summary).toMatchObject({ notStarted: ["c", "d", "e", "f"] });
});

test.each([
  ["nobody answers, nothing", undefined, ["c", "d", "e", "f"]],
  ["there is no such database, all", true, undefined],
] as const)("where %s is begun after it", async (_, answered, notStarted) => {
  const lost = new MigratorError("UNREACHABLE", "It is gone.", answered && { answered });
  const play: Play = async (database, one) => {
    if (database === "b") throw lost;
    return done(database, one);
  };
  const summary = await migratorOf(play, { atOnce: 1 }).run(ALL, call);
  expect([summary.outcome, "notStarted" in summary ? summary.notStarted : undefined]).toEqual(["failed", notStarted]);
});

test("what has no Report is there with the reason, and is logged as that database's", async () => {
  const logged: unknown[] = [];
  const lost = new MigratorError("UNREACHABLE", "It is gone.", { advice: "Look.", cause: new Error("s3cr3t") });
  const play: Play = async (database, one) => {
    if (database === "c") throw lost;
    return done(database, one);
  };
  const logOf = (database?: string) => ({ ...silent, error: (message: string) => logged.push([database, message]) });
  const summary = await migratorOf(play, { logOf }).run(ALL, call);
  expect("databases" in summary && summary.databases[2]).toEqual({
    database: "c",
    code: "UNREACHABLE",
    message: "It is gone.",
    advice: "Look.",
  });
  expect(logged).toEqual([
    ["c", "failed"],
    [undefined, "finished"],
  ]);
});

test("an error that nobody expected is passed on when those under way have ended", async () => {
  const ended: string[] = [];
  const play: Play = async (database, one) => {
    if (database === "a") throw new TypeError("undefined is not a function");
    await wait(20);
    ended.push(database);
    return done(database, one);
  };
  await expect(migratorOf(play).run(ALL, call)).rejects.toThrow(TypeError);
  expect(ended).toEqual(["b"]);
});

test("a Command that names one database, or none, gives the Report of that one", async () => {
  const migrator = migratorOf(done);
  expect(await migrator.run({ action: "migrate", database: "b" }, call)).toEqual({
    ...reportOf("done"),
    database: "b",
  });
  expect(await migrator.run({ action: "migrate" }, call)).toEqual({ ...reportOf("done"), database: "own" });
});

test("a name that is not allowed opens nothing", async () => {
  const open = () => {
    throw new Error("nothing was to be opened");
  };
  const run = migratorOf(done, { open, allowed: ["t_*"] }).run({ action: "migrate", database: "b" }, call);
  await expect(run).rejects.toMatchObject({ code: "INVALID_COMMAND" });
});
