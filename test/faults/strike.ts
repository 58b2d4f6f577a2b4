import { setTimeout as wait } from "node:timers/promises";
import type { Child, ChildAnswer } from "./call";
import type { Fault } from "./cells";
import type { Link } from "./link";
import type { FaultProxy } from "./proxy";
import type { Random } from "./random";
import { PING, RELEASE } from "./wires";
import type { World } from "./world";

/** Whom it hits, at the moment that was chosen. */
export interface Scene {
  readonly world: World;
  readonly random: Random;
  readonly child: Child;
  readonly proxy: FaultProxy;
  readonly link: Link;
  /** What the child answers. */
  readonly answered: Promise<ChildAnswer | undefined>;
  /** The same command once more, by another child. */
  second(): Promise<ChildAnswer | undefined>;
}

/** What else was answered, by the time that what was held back may go on. */
export type Struck = { readonly second?: ChildAnswer | undefined };

/** Longer than the idle limit of the harness's build. */
const KEEPALIVE_MS = 2_500;
/** A second caller may have to wait for what the first one has open. */
const SECOND_MS = 1_500;
const LOST_MS = 4_000;
/** Well within the idle limit of the harness's build. */
const AWAKE_MS = 300;

export const STRIKES: Readonly<Record<Fault, (scene: Scene) => Promise<Struck>>> = {
  kill: async ({ child }) => {
    child.signal("SIGKILL");
    return {};
  },
  cut: async ({ link }) => {
    link.cut();
    return {};
  },
  "half-close": async ({ link, random }) => {
    link.halfClose(random.pick(["client", "server"]));
    link.resume();
    return {};
  },
  stall: async ({ proxy, random }) => {
    proxy.silence();
    await wait(50 + random.below(200));
    for (const link of proxy.links) link.cut();
    return {};
  },
  // The child hears and says nothing, and neither does the connection; the server has to find out.
  vanish: async ({ child, proxy }) => {
    child.signal("SIGSTOP");
    proxy.silence();
    // An idle session meets its limit before that. In the middle of a message the server learns of it from its keepalives.
    setTimeout(() => {
      for (const link of proxy.links) link.cut();
    }, KEEPALIVE_MS);
    return {};
  },
  double: async ({ link, second }) => {
    const answer = second();
    // Time for it to find the first one at work.
    const early = await Promise.race([answer, wait(SECOND_MS)]);
    link.resume();
    return { second: early ?? (await answer) };
  },
  "connection killed": async ({ link, world }) => {
    const id = link.id();
    if (id !== undefined) await world.workbench.kill(id);
    link.resume();
    return {};
  },
  restart: async ({ link, world }) => {
    await world.server.crash();
    link.resume();
    return {};
  },
  // The calls after it come the same way.
  refuse: async ({ link, proxy, random }) => {
    link.cut();
    await proxy.refuse(200 + random.below(1_000));
    return {};
  },
  // What is held is held until the first one has left, and the server goes on without it.
  "time up": async ({ answered }) => {
    await answered;
    return {};
  },
  "lock lost": async ({ link, world, second }) => {
    await link.slipIn(RELEASE[world.dialect]);
    const answer = second();
    // The second one takes its time on a busy machine, and the session of the first one is not to meet its idle limit meanwhile.
    const until = performance.now() + LOST_MS;
    let early: ChildAnswer | undefined;
    while (!early && performance.now() < until) {
      await link.slipIn(PING[world.dialect]);
      early = await Promise.race([answer, wait(AWAKE_MS, undefined)]);
    }
    link.resume();
    return { second: early ?? (await answer) };
  },
};
