import type { Action, BenchMigration, Heap } from "./contestant";
import { longScript, records, tables } from "./migrations";
import type { Mode } from "./results";

/** How much is done of each workload. */
export interface Scale {
  readonly small: number;
  readonly many: number;
  readonly linear: readonly number[];
  readonly databases: number;
  /** Of a warm function. */
  readonly calls: number;
}

export const FULL: Scale = { small: 500, many: 10_000, linear: [2_500, 5_000, 10_000], databases: 1_000, calls: 200 };
/** Enough to see that everything works. */
export const TINY: Scale = { small: 3, many: 4, linear: [2, 4], databases: 2, calls: 3 };

/** What the keys of those begin with that tell how time grows. */
export const LINEAR_KEY = "linear-";

export interface Workload {
  readonly key: string;
  readonly title: string;
  readonly migrations: readonly BenchMigration[];
  /** `again`: the function is called in the same process, where nothing is to be done; measured is one call. */
  readonly action: Action | "again";
  /**
   * What each run finds: `empty`, a new database; `applied`, a new one to which everything was applied; `kept`, the same
   * for all runs, since they change nothing.
   */
  readonly before: "empty" | "applied" | "kept";
  /** How many tables of the migrations there are when it has ended. */
  readonly tables: number;
  readonly databases: number;
  /** Who takes part. */
  readonly entrants: "all" | "own function" | "who can call again" | "a few";
  /** This project's, where it is not as large as the machine has memory for. */
  readonly heap?: Heap;
  /** At most. */
  readonly rounds?: number;
  /** Where not both are run. */
  readonly modes?: readonly Mode[];
  /** By what figures of one run are divided where the table says "each". */
  readonly steps: number;
  readonly each?: "database";
  /** Of `again`: so many are made, and the figures are those of one. */
  readonly calls?: number;
}

export function workloadsOf({ small, many, linear, databases, calls }: Scale): readonly Workload[] {
  return [
    nothing("nothing-small", records(small)),
    { ...nothing("nothing-many", records(many)), entrants: "a few" },
    again("warm-small", { migrations: records(small), calls }),
    { ...again("warm-many", { migrations: records(many), calls }), rounds: 3 },
    { ...apply("apply-one", tables(1)), entrants: "own function", rounds: 2 },
    apply("apply-small", tables(small)),
    { ...apply("one-script", longScript(small)), title: `one migration of ${small} statements`, tables: small >> 1 },
    { ...apply("rollback", tables(small)), title: `roll back ${small}`, action: "down", before: "applied", tables: 0 },
    ...linear.map(growing),
    inMany(nothing("databases-nothing", tables(1)), { databases, title: "nothing to do", tables: 1 }),
    inMany(apply("databases-one", tables(1)), { databases, title: "one migration each", tables: 1 }),
  ];
}

/** What a millisecond more per round trip does is known from the others. */
function growing(count: number): Workload {
  const all = apply(`${LINEAR_KEY}${count}`, tables(count));
  const title = `${all.title}, in the heap of a function with 128 MB`;
  return { ...all, title, entrants: "own function", heap: "smallest", rounds: 2, modes: ["direct"] };
}

function inMany(workload: Workload, { databases, title, tables }: Many): Workload {
  const each = { each: "database", databases, steps: databases } as const;
  return { ...workload, ...each, title: `${databases} databases, ${title}`, entrants: "a few", tables };
}

type Many = Pick<Workload, "databases" | "title" | "tables">;

function nothing(key: string, migrations: readonly BenchMigration[]): Workload {
  const title = `nothing to do, ${migrations.length} applied`;
  return { key, title, migrations, action: "up", before: "kept", tables: 0, databases: 1, entrants: "all", steps: 1 };
}

function again(key: string, { migrations, calls }: { migrations: readonly BenchMigration[]; calls: number }): Workload {
  const title = `nothing to do, ${migrations.length} applied, in a warm container`;
  return { ...nothing(key, migrations), title, action: "again", entrants: "who can call again", calls };
}

function apply(key: string, migrations: readonly BenchMigration[]): Workload {
  const count = migrations.length;
  const title = `apply ${count}`;
  const steps = count;
  return { key, title, migrations, action: "up", before: "empty", tables: count, databases: 1, entrants: "all", steps };
}
