import { setTimeout as wait } from "node:timers/promises";
import type { Answer } from "./container";
import { exists, type Stage } from "./stage";
import type { State } from "./state";

/** What was told, and what is true in the end. */
export interface Course {
  /** What the fault has left, where somebody could look. */
  readonly left?: State;
  /** What was there before, where all might have stayed as it was. */
  readonly before?: State;
  readonly told: readonly Told[];
  /** A person had to type something. */
  readonly helped?: true;
  readonly end: State;
}

export interface Told {
  /** Which call it was. */
  readonly call: string;
  readonly answer: Answer | undefined;
}

export interface Fault {
  readonly title: string;
  /** What should be true in the end. */
  readonly goal: State;
  readonly run: (stage: Stage) => Promise<Course>;
}

const APPLIED: State = { times: [1, 1, 1, 1, 1], isRecorded: true, hasExtra: false };
/** A second caller answers in less, or waits. */
const SECOND_MS = 5_000;

export const FAULTS: readonly Fault[] = [
  { title: "nothing", goal: APPLIED, run: undisturbed },
  {
    title: "the process is killed in statement 3, which the server finishes",
    goal: APPLIED,
    run: killedInStatement,
  },
  { title: "the same, and the next call comes while the server is still at it", goal: APPLIED, run: outlives },
  { title: "the process is killed between the last statement and the row", goal: APPLIED, run: killedBeforeRow },
  { title: "called twice at once", goal: APPLIED, run: twice },
  { title: "the connection is killed in statement 3", goal: APPLIED, run: connectionKilled },
  { title: "statement 3 of 5 fails; the file is corrected", goal: APPLIED, run: corrected },
  {
    title: "a container is used again after another one has rolled back",
    goal: APPLIED,
    run: (stage) => warm(stage, {}),
  },
  { title: "the same, where /tmp is seeded once", goal: APPLIED, run: (stage) => warm(stage, { SEED_ONCE: "1" }) },
  {
    title: "older code is deployed, and migrates",
    goal: { ...APPLIED, hasExtra: true },
    run: (stage) => older(stage, "migrate"),
  },
  { title: "older code is deployed, and rolls back", goal: APPLIED, run: (stage) => older(stage, "rollback") },
];

async function undisturbed(stage: Stage): Promise<Course> {
  const answer = await (await stage.start("second")).migrate();
  return { told: [{ call: "call", answer }], end: await stage.state() };
}

async function killedInStatement(stage: Stage): Promise<Course> {
  const gate = await stage.closeGate();
  await killOnceReached(stage);
  await gate.open();
  await stage.quiet();
  return { left: await stage.state(), ...(await goOn(stage)) };
}

async function outlives(stage: Stage): Promise<Course> {
  const gate = await stage.closeGate();
  await killOnceReached(stage);
  const next = (await stage.start("second")).migrate();
  await Promise.race([next, wait(SECOND_MS)]);
  await gate.open();
  const told = { call: "next call", answer: await next };
  return goOn(stage, [told]);
}

async function killOnceReached(stage: Stage): Promise<void> {
  const container = await stage.start("second");
  void container.migrate();
  await stage.reached();
  await container.kill();
}

async function killedBeforeRow(stage: Stage): Promise<Course> {
  const { contestant, mark } = stage;
  if (contestant.tool === "ours") {
    const gate = await stage.closeGate(contestant.history);
    await killOnceReached(stage);
    await gate.open();
  } else {
    const container = await stage.start("second", { PAUSE_AT_ROW: mark });
    void container.migrate();
    await exists(mark);
    await container.kill();
  }
  await stage.quiet();
  return { left: await stage.state(), ...(await goOn(stage)) };
}

async function twice(stage: Stage): Promise<Course> {
  const gate = await stage.closeGate();
  const first = (await stage.start("second")).migrate();
  await stage.reached();
  const second = (await stage.start("second")).migrate();
  await Promise.race([second, wait(SECOND_MS)]);
  await gate.open();
  const told = [
    { call: "first", answer: await first },
    { call: "second", answer: await second },
  ];
  return goOn(stage, told);
}

async function connectionKilled(stage: Stage): Promise<Course> {
  const gate = await stage.closeGate();
  const call = (await stage.start("second")).migrate();
  await stage.reached();
  await stage.killConnections();
  // Time for whoever sends the statement again.
  await Promise.race([call, wait(SECOND_MS)]);
  await gate.open();
  return goOn(stage, [{ call: "call", answer: await call }]);
}

async function corrected(stage: Stage): Promise<Course> {
  const answer = await (await stage.start("broken")).migrate();
  return { left: await stage.state(), ...(await goOn(stage, [{ call: "call", answer }])) };
}

async function warm(stage: Stage, env: Readonly<Record<string, string>>): Promise<Course> {
  const kept = await stage.start("second", env);
  mustBeDone(await kept.migrate());
  mustBeDone(await (await stage.start("second", env)).rollback());
  const answer = await kept.migrate();
  return { told: [{ call: "call", answer }], end: await stage.state() };
}

async function older(stage: Stage, action: "migrate" | "rollback"): Promise<Course> {
  mustBeDone(await (await stage.start("second")).migrate());
  mustBeDone(await (await stage.start("third")).migrate());
  const before = await stage.state();
  const answer = await (await stage.start("second"))[action]();
  return { before, told: [{ call: "call", answer }], end: await stage.state() };
}

function mustBeDone(answer: Answer | undefined): void {
  if (!answer || "error" in answer) throw new Error(`What should be easy went wrong: ${JSON.stringify(answer)}`);
}

/** Calls again as long as that is an ordinary call, then with what the tool says to type, then no more. */
async function goOn(stage: Stage, before: readonly Told[] = []): Promise<Course> {
  const told = [...before];
  const again = async (call: string) => {
    told.push({ call, answer: await (await stage.start("second")).migrate() });
  };
  for (const call of ["next call", "the one after"]) {
    if (isFailed(told.at(-1)) && !told.some((one) => one.call === call)) await again(call);
  }
  const { help } = stage.contestant;
  if (!isFailed(told.at(-1)) || help === undefined) return { told, end: await stage.state() };
  await (await stage.start("second")).help();
  await again(`after \`${help}\``);
  return { told, helped: true, end: await stage.state() };
}

/** Where there was no call yet, one is needed as well. */
export function isFailed(told: Told | undefined): boolean {
  return !told?.answer || "error" in told.answer;
}
