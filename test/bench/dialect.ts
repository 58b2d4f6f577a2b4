import { join } from "node:path";
import type { DialectName } from "../../lib/migration";
import { type Installed, takesPart } from "./entrants";
import { isChosen, type Options } from "./options";
import { type Proxied, startProxy } from "./proxied";
import type { Result, ServerFacts } from "./results";
import { runRounds } from "./rounds";
import { openServer, type Server } from "./server";
import type { Bench } from "./stage";
import type { Workload } from "./workloads";

/** What the script that loads the benchmark gives to it. */
export interface Surroundings {
  /** Of the project. */
  readonly root: string;
  /** An empty folder within it. */
  readonly folder: string;
  readonly startServer: (dialect: DialectName) => Promise<StartedServer>;
}

export interface StartedServer {
  readonly adminUrl?: string;
  readonly port: number;
  readonly pid: number;
  stop(): Promise<void>;
}

export interface DialectOptions extends Surroundings, Options {
  /** Of the programs that were built. */
  readonly programs: string;
  readonly entrants: readonly Installed[];
  readonly workloads: readonly Workload[];
  /** Is given what was measured, after each workload. */
  readonly keep: (facts: ServerFacts, results: readonly Result[]) => Promise<void>;
}

const DELAY_MS = 1;

/** All workloads on one server. */
export async function runDialect(dialect: DialectName, options: DialectOptions): Promise<void> {
  const started = await options.startServer(dialect);
  try {
    const { adminUrl = "", pid, port } = started;
    const server = await openServer(dialect, { adminUrl, pid });
    const program = join(options.programs, "proxy.cjs");
    const proxy = await startProxy(program, { dialect, port, delayMs: DELAY_MS });
    const idle = await startProxy(program, { dialect, port, delayMs: 0 });
    const facts = await factsOf(server, proxy, idle);
    await idle.close();
    await runWorkloads({ server, proxy, work: options.folder, contents: new Map() }, facts, options);
    await proxy.close();
    await server.close();
  } finally {
    await started.stop();
  }
}

async function factsOf(server: Server, proxy: Proxied, idle: Proxied): Promise<ServerFacts> {
  const { dialect, url } = server;
  return {
    dialect,
    version: await server.version(),
    settings: await server.settings(),
    roundTripMs: {
      direct: await server.roundTrip(url),
      proxied: await server.roundTrip(idle.url(url)),
      delayed: await server.roundTrip(proxy.url(url)),
    },
  };
}

async function runWorkloads(
  bench: Bench,
  facts: ServerFacts,
  { workloads, entrants, only, rounds, budgetMs, keep }: DialectOptions,
): Promise<void> {
  const { dialect } = bench.server;
  for (const workload of workloads) {
    const there = entrants.filter(
      (entrant) =>
        entrant.contestant.dialects.includes(dialect) &&
        takesPart(entrant, workload) &&
        isChosen(only, { workload: workload.key, contestant: entrant.contestant.title, dialect }),
    );
    await keep(facts, await runRounds(bench, { workload, entrants: there, rounds, budgetMs }));
  }
}
