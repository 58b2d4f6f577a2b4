import { setTimeout as wait } from "node:timers/promises";
import type { Report } from "../../lib/report";
import type { Child, ChildAnswer } from "./call";
import type { Cell } from "./cells";
import { type Dump, differences } from "./dump";
import { complaint, isDone, laterThan, verdict } from "./judge";
import { createPlace, type Place } from "./place";
import type { Point } from "./points";
import { type FaultProxy, openProxy } from "./proxy";
import type { Random } from "./random";
import { commandOf, type Reference, type Work } from "./reference";
import { STRIKES, type Struck } from "./strike";
import type { Gate } from "./workbench";
import { ask, PATIENCE_MS, type World } from "./world";

export interface Chosen {
  readonly work: Work;
  readonly point: Point;
  readonly reference: Reference;
}

export interface Run extends Chosen {
  readonly world: World;
  readonly random: Random;
  readonly cell: Cell;
  readonly database: string;
}

/**
 * - `survived`: as if nothing had happened.
 * - `allowed`: an end that is known.
 * - `diverged`: any other.
 * - `missed`: the place was never reached.
 */
export interface Ended {
  readonly end: "survived" | "allowed" | "diverged" | "missed";
  readonly details: readonly string[];
}

/** Calls until done, at most. */
const CALLS = 10;
/** A run is joined until its time is up, which on a busy machine it soon is. */
const JOINED_MS = 3 * PATIENCE_MS;
/** Longer than any caller waits. */
const ANSWER_MS = JOINED_MS + 6_000;

/** Lets the fault happen to a call, calls until done, and compares. */
export async function hit(run: Run): Promise<Ended> {
  const { world, point, database } = run;
  const gate = point.gated && (await world.workbench.closeGate(database, point.gated));
  const place = createPlace(gate);
  const { position } = point;
  const proxy = await openProxy({ dialect: world.dialect, port: world.server.port, position, reached: place.reach });
  const child = world.children.fresh();
  try {
    const answers = await strike(run, { child, proxy, gate, place });
    for (const { text, report } of answers.map(complaint).filter((one) => one !== undefined))
      return await wrongAnswer(run, text, report);
    // Whoever was refused a connection is the one who calls again.
    const port = run.cell.fault === "refuse" ? proxy.port : world.server.port;
    return await finish(run, { port, reached: place.wasReached() });
  } finally {
    place.leave();
    await gate?.open();
    child.signal("SIGKILL");
    proxy.close();
  }
}

interface Stage {
  readonly child: Child;
  readonly proxy: FaultProxy;
  readonly gate: Gate | undefined;
  readonly place: Place;
}

/** @returns what the callers were told, as far as they were */
async function strike(run: Run, { child, proxy, gate, place }: Stage): Promise<readonly (ChildAnswer | undefined)[]> {
  const { world, cell, database } = run;
  const patienceMs = cell.fault === "double" ? JOINED_MS : PATIENCE_MS;
  const first = call(run, { child, runId: `first-${database}`, port: proxy.port, whenRunning: "wait", patienceMs });
  const reaching = place.link(proxy);
  const link = await Promise.race([reaching, first.then(place.leave), wait(ANSWER_MS)]);
  const { port } = world.server;
  const second = async () => {
    // Two rollbacks by different callers revert twice as much, where there is more to revert: then it is the same one again.
    const runId = run.work.window.before > 0 ? `first-${database}` : `second-${database}`;
    const asking = { child: world.children.calm(), runId, port, whenRunning: "answer" } as const;
    return within(call(run, asking));
  };
  const struck: Struck = link
    ? await STRIKES[cell.fault]({ ...run, child, proxy, link, second, answered: within(first) })
    : {};
  await gate?.open();
  if (cell.fault === "vanish" && link) return [];
  const answers = [await within(first), struck.second];
  if (cell.fault === "double" && gate && link) answers.push(joined(struck.second, `first-${database}`));
  return answers;
}

/** Whoever asks for what is being done at that moment is told by whom. */
function joined(answer: ChildAnswer | undefined, runId: string): ChildAnswer | undefined {
  if (answer && "report" in answer && answer.report.runId === runId) return undefined;
  return { error: { code: "NOT_JOINED", message: `the second caller was told ${JSON.stringify(answer)}` } };
}

interface Asked {
  readonly child: Child;
  readonly runId: string;
  readonly port: number;
  readonly whenRunning: "answer" | "wait";
  readonly patienceMs?: number;
}

function call({ world, work, database }: Run, asked: Asked): Promise<ChildAnswer | undefined> {
  return ask(world, { ...asked, database, names: work.window.names, command: commandOf(work) });
}

function within(answer: Promise<ChildAnswer | undefined>): Promise<ChildAnswer | undefined> {
  const late = { error: { code: "NO_ANSWER", message: `nothing was answered within ${ANSWER_MS} ms` } };
  return Promise.race([answer, wait(ANSWER_MS, late, { ref: false })]);
}

interface Finishing {
  /** Where the server is found. */
  readonly port: number;
  readonly reached: boolean;
}

async function finish(run: Run, { port, reached }: Finishing): Promise<Ended> {
  const { world, reference, database, random } = run;
  // A client asks again with the same id, or is another one. A rollback counts its steps by the run.
  const same = run.work.window.before > 0 || (random.fraction() < 0.5 && run.cell.fault !== "time up");
  for (let count = 0; count < CALLS; count += 1) {
    const runId = same ? `first-${database}` : `call-${count}-${database}`;
    const answer = await within(call(run, { child: world.children.calm(), runId, port, whenRunning: "wait" }));
    const wrong = complaint(answer);
    if (wrong) return wrongAnswer(run, wrong.text, wrong.report);
    if (!isDone(answer)) continue;
    const found = [
      ...differences(await world.workbench.dump(database), reference.dump),
      ...(same ? [] : await begunTooLate(run)),
    ];
    if (found.length > 0) return verdict(found, { ...around(run), differences: found });
    return { end: reached ? "survived" : "missed", details: [] };
  }
  return { end: "diverged", details: [`not done after ${CALLS} calls`] };
}

/** What the first call's run has applied although its time was up in a step before it. */
async function begunTooLate({ world, cell, database, point, work }: Run): Promise<readonly string[]> {
  const { gated } = point;
  if (cell.fault !== "time up" || work.direction === "down" || !gated || !("effect" in gated)) return [];
  const held = work.window.names.findIndex((name) => name.split("_")[0] === gated.effect.split(".")[0]);
  const applied = await world.workbench.appliedBy(database, `first-${database}`);
  const late = work.window.names.slice(held + 1).filter((name) => applied.includes(name));
  return late.map((name) => `${name} was begun when the time of its run was up`);
}

/** An answer may be allowed and wrong all the same: when it doubts what has long been done. */
async function wrongAnswer(run: Run, text: string, report: Report | undefined): Promise<Ended> {
  const { world, work, database, point } = run;
  const later = report ? laterThan(report.problems[0], world.effects, work.direction) : [];
  const { effects } = await world.workbench.dump(database).catch(() => ({ effects: {} as Dump["effects"] }));
  const held = point.gated && "effect" in point.gated ? point.gated.effect : undefined;
  const done = later.find((id) => (effects[id] ?? 0) > 0 || id === held);
  if (done !== undefined)
    return { end: "diverged", details: [text, `and ${done}, which comes later, was run or has taken effect`] };
  return verdict([text], { ...around(run), ...(report && { report }) });
}

function around({ world, cell }: Run) {
  return { dialect: world.dialect, fault: cell.fault };
}
