import type { Command } from "../../lib/command";
import { MigratorError } from "../../lib/errors";
import type { Lambda } from "../../lib/remote/lambda";
import { functionNames } from "../../lib/remote/names";
import { createRemote } from "../../lib/remote/remote";

const REPORT = { runId: "1", database: "shop", done: [], problems: [], message: "" };
const PLAN = { ...REPORT, action: "plan", outcome: "done", remaining: ["01_one"] };
const RUN = { ...REPORT, runId: "by-hand", action: "migrate", remaining: [] };
const DONE = { ...RUN, outcome: "done" };

/** Functions that answer one after the other, the last one again and again; `start` is called each time a run is started. */
function functions(answers: readonly object[], start: () => Promise<void> = async () => undefined) {
  const left = [...answers];
  const started: object[] = [];
  const lambda: Lambda = {
    ask: async () => {
      const payload = left.length > 1 ? left.shift() : left[0];
      if (payload instanceof MigratorError) throw payload;
      return { payload, failed: false };
    },
    start: async (_name, payload) => {
      started.push(payload);
      await start();
    },
  };
  const pace = { first: 1, most: 1, silence: 60_000 };
  return { started, remote: createRemote({ names: functionNames("shop-dev"), lambda, pace }) };
}

const unknown = { ...REPORT, outcome: "refused", problems: [{ code: "UNKNOWN_RUN" }] };

test("a run that did not come to all of its databases is started again for the others", async () => {
  const [a, b] = ["a", "b"].map((database) => ({ ...PLAN, database }));
  const started: object[] = [];
  const answer = ({ action, runId, databases, database }: Readonly<Record<string, unknown>>) => {
    if (databases !== undefined) return { runId: "1", action: "plan", outcome: "done", databases: [a, b], message: "" };
    const isThere = started.length > (database === "a" ? 0 : 1);
    if (action === "plan" || runId === undefined) return { ...PLAN, action };
    return isThere ? { ...DONE, database } : unknown;
  };
  const lambda: Lambda = {
    ask: async (_name, payload) => ({ payload: answer({ ...payload }), failed: false }),
    start: async (_name, payload) => {
      started.push(payload);
    },
  };
  const pace = { first: 1, most: 1, silence: 20 };
  const remote = createRemote({ names: functionNames("shop-dev"), lambda, pace });
  const result = await remote.run({ action: "migrate", databases: "*", runId: "by-hand" });
  expect(result).toMatchObject({ outcome: "done", databases: [{ database: "a" }, { database: "b" }] });
  expect(started).toHaveLength(2);
});

test("a run whose start was never answered is looked for, and not started again", async () => {
  const { remote, started } = functions([unknown, PLAN, { ...RUN, outcome: "running" }, DONE], async () => {
    throw new MigratorError("FUNCTION_FAILED", "There was no answer.");
  });
  expect(await remote.run({ action: "migrate", runId: "by-hand" })).toEqual(DONE);
  expect(started).toHaveLength(1);
});

test("where there is nothing to do any more, the plan of what there was is still refused", async () => {
  const refused = { ...RUN, outcome: "refused", problems: [{ code: "PLAN_CHANGED" }] };
  const { remote } = functions([unknown, { ...PLAN, remaining: [], plan: { digest: "now", steps: [] } }, refused]);
  expect(await remote.run({ action: "migrate", runId: "by-hand", plan: "before" })).toEqual(refused);
});

test("where a plan has shown that there is nothing to do, nothing is started", async () => {
  const { remote, started } = functions([{ ...PLAN, remaining: [], plan: { digest: "now", steps: [] } }]);
  expect(await remote.run({ action: "migrate", plan: "now" })).toMatchObject({ outcome: "done" });
  expect(started).toEqual([]);
});

test.each<Command>([
  { action: "migrate", dryRun: true },
  { action: "rollback", steps: 1, dryRun: true },
  { action: "adopt" },
])("the answer is waited for where nothing may leave a trace: $action", async (command) => {
  const said = { ...RUN, action: command.action, outcome: "done" };
  const { remote, started } = functions([said]);
  expect(await remote.run(command)).toEqual(said);
  expect(started).toEqual([]);
});

test("a run that was stopped is started once, however long the function takes to begin", async () => {
  const stopped = { ...RUN, outcome: "incomplete" };
  const { remote, started } = functions([stopped, stopped, stopped, stopped, { ...RUN, outcome: "running" }, DONE]);
  expect(await remote.run({ action: "migrate", runId: "by-hand" })).toEqual(DONE);
  expect(started).toHaveLength(1);
});

test("a run that is stopped again is started again", async () => {
  const running = { ...RUN, outcome: "running" };
  const stopped = { ...RUN, outcome: "incomplete" };
  const { remote, started } = functions([unknown, PLAN, running, stopped, stopped, running, DONE]);
  expect(await remote.run({ action: "migrate", runId: "by-hand" })).toEqual(DONE);
  expect(started).toHaveLength(2);
});

describe("of several databases, one for which the first answer had no room", () => {
  const nothing = { ...PLAN, database: "a", remaining: [] };
  const before = { runId: "1", action: "plan", outcome: "done", databases: [nothing], leftOut: ["b"], message: "" };

  test("is waited for", async () => {
    const b = { ...DONE, database: "b" };
    const { remote, started } = functions([before, { ...b, outcome: "running" }, b]);
    const result = await remote.run({ action: "migrate", databases: "*", runId: "by-hand" });
    expect(result).toMatchObject({ outcome: "done", databases: [{ database: "a" }, b] });
    expect(started).toHaveLength(1);
  });

  test("is not taken for done by who leaves before", async () => {
    const { remote } = functions([before]);
    const result = await remote.run({ action: "migrate", databases: "*" }, { signal: AbortSignal.abort() });
    expect(result).toMatchObject({ outcome: "incomplete", notStarted: ["b"] });
  });
});

const throttled = new MigratorError("NOT_INVOKED", "Lambda does not call shop-dev-status.");

test("who watches a run goes on where one look fails", async () => {
  const { remote } = functions([{ ...RUN, outcome: "running" }, throttled, DONE]);
  expect(await remote.attach({ runId: "by-hand" })).toEqual(DONE);
});

test("who cannot look at all is told at once", async () => {
  const { remote } = functions([throttled, DONE]);
  await expect(remote.attach({ runId: "by-hand" })).rejects.toBe(throttled);
});

test("who leaves at once a run that goes on is told so", async () => {
  const running = { ...RUN, outcome: "running" };
  const { remote, started } = functions([running]);
  expect(await remote.run({ action: "migrate", runId: "by-hand" }, { signal: AbortSignal.abort() })).toEqual(running);
  expect(started).toEqual([]);
});
