import { randomBytes } from "node:crypto";
import type { MigrateCommand, RollbackCommand } from "../../lib/command";
import type { ChildAnswer } from "./call";
import type { Dump } from "./dump";
import { isDone } from "./judge";
import { type Point, pointsOf } from "./points";
import { openProxy } from "./proxy";
import { ask, type Direction, type Window, type World } from "./world";

/** What to do with which migrations. */
export interface Work {
  readonly window: Window;
  readonly direction: Direction;
}

/** What a call is like to which nothing happens. */
export interface Reference {
  readonly points: readonly Point[];
  readonly dump: Dump;
}

export type References = (work: Work) => Promise<Reference>;

/** Each is made once. */
export function createReferences(world: World): References {
  const made = new Map<string, Promise<Reference>>();
  return (work) => {
    const key = JSON.stringify(work);
    const reference = made.get(key) ?? makeReference(world, work);
    made.set(key, reference);
    return reference;
  };
}

export function commandOf({ window, direction }: Work): MigrateCommand | RollbackCommand {
  const steps = window.names.length - window.before;
  return direction === "up" ? { action: "migrate" } : { action: "rollback", steps };
}

/** `tables`: the journal's must be there in any case. */
interface Setting extends Work {
  readonly tables?: boolean;
}

/** Gives `use` a database in which everything is as it should be before the work. */
export async function withDatabase<T>(world: World, work: Setting, use: (database: string) => Promise<T>): Promise<T> {
  const database = `faults_${randomBytes(6).toString("hex")}`;
  await world.workbench.create(
    database,
    world.effects.map(({ id }) => id),
  );
  try {
    const { names, before } = work.window;
    const to = work.direction === "down" ? names.at(-1) : names[before - 1];
    const calmly = (command: Calm["command"]) => doCalmly(world, { ...work, database, command });
    if (to !== undefined) await calmly({ action: "migrate", to });
    else if (work.tables) {
      await calmly({ action: "migrate", steps: 1 });
      await calmly({ action: "rollback", steps: 1 });
      await world.workbench.forget(database);
    }
    return await use(database);
  } finally {
    await world.workbench.drop(database).catch(() => undefined);
  }
}

interface Calm {
  readonly window: Window;
  readonly database: string;
  readonly command: MigrateCommand | RollbackCommand;
}

/** How often something is tried to which nothing is meant to happen: a busy machine may well cut it off. */
const TRIES = 5;

async function doCalmly(world: World, { window, database, command }: Calm): Promise<void> {
  const runId = randomBytes(8).toString("hex");
  const asking = {
    database,
    names: window.names,
    command,
    runId,
    port: world.server.port,
    whenRunning: "wait",
  } as const;
  await tried(async () => {
    const answer = await ask(world, { ...asking, child: world.children.calm() });
    return isDone(answer) ? { value: undefined } : { answer };
  });
}

function makeReference(world: World, work: Work): Promise<Reference> {
  return tried(() => withDatabase(world, work, (database) => tryReference(world, work, database)));
}

type Tried<T> = { readonly value: T } | { readonly answer: ChildAnswer | undefined };

async function tried<T>(attempt: () => Promise<Tried<T>>): Promise<T> {
  let answer: ChildAnswer | undefined;
  for (let count = 0; count < TRIES; count += 1) {
    const made = await attempt();
    if ("value" in made) return made.value;
    answer = made.answer;
  }
  throw new Error(`Without any fault, this is the answer: ${JSON.stringify(answer)}`);
}

async function tryReference(world: World, work: Work, database: string): Promise<Tried<Reference>> {
  const { dialect, server, workbench, children } = world;
  const { effects: before } = await workbench.dump(database).catch(() => ({ effects: {} as Dump["effects"] }));
  const proxy = await openProxy({ dialect, port: server.port });
  try {
    const runId = randomBytes(8).toString("hex");
    const { names } = work.window;
    const asking = { child: children.calm(), database, names, command: commandOf(work), runId, port: proxy.port };
    const answer = await ask(world, { ...asking, whenRunning: "wait" });
    if (!isDone(answer)) return { answer };
    const trace = proxy.links.map(({ commands }) => commands.map((command) => ({ ...command })));
    const dump = await workbench.dump(database);
    const effects = Object.keys(dump.effects).filter((id) => dump.effects[id] !== (before[id] ?? 0));
    return { value: { points: pointsOf({ dialect, trace, effects }), dump } };
  } finally {
    proxy.close();
  }
}
