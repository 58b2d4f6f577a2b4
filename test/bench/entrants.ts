import type { Contestant } from "./contestant";
import { baselines } from "./contestants/baselines";
import { own } from "./contestants/own";
import { PEERS } from "./peers";
import { reasonOf } from "./reason";
import type { ContestantFacts, Kind } from "./results";
import type { Workload } from "./workloads";

export interface Entrant {
  readonly kind: Kind;
  readonly contestant: Contestant;
}

export interface Installed extends Entrant {
  readonly facts: ContestantFacts;
  /** Why it is not there. */
  readonly missing?: string;
}

export interface Programs {
  /** Of the project. */
  readonly root: string;
  /** Where the programs of `programs/` are, built, each as `NAME.cjs`. */
  readonly folder: string;
}

/** All but one of the peers would take hours for what these show as well. */
const A_FEW = ["dbmate", "knex"];

export function entrantsOf(programs: Programs, peers: "with" | "without"): readonly Entrant[] {
  return [
    ...own(programs).map((contestant) => ({ kind: "ours" as const, contestant })),
    ...baselines(programs).map((contestant) => ({ kind: "baseline" as const, contestant })),
    ...(peers === "with" ? PEERS : []).map((contestant) => ({ kind: "peer" as const, contestant })),
  ];
}

/** One after the other; what cannot be had is none the less in the table. */
export async function installAll(entrants: readonly Entrant[]): Promise<readonly Installed[]> {
  const all: Installed[] = [];
  for (const entrant of entrants) all.push(await install(entrant));
  return all;
}

async function install(entrant: Entrant): Promise<Installed> {
  const { title, language } = entrant.contestant;
  const facts = { title, language, kind: entrant.kind };
  try {
    await entrant.contestant.install();
    return { ...entrant, facts: { ...facts, version: await entrant.contestant.version() } };
  } catch (error) {
    return { ...entrant, facts: { ...facts, version: "" }, missing: reasonOf(error) };
  }
}

export function takesPart({ kind, contestant }: Entrant, { entrants }: Workload): boolean {
  switch (entrants) {
    case "all":
      return true;
    case "own function":
    case "who can call again":
      return contestant.programAgain !== undefined;
    case "a few":
      return kind !== "peer" || A_FEW.includes(contestant.title.toLowerCase());
  }
}
