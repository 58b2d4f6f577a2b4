import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Place, Program } from "./contestant";
import { databasesOf } from "./databases";
import type { Entrant } from "./entrants";
import type { Proxied } from "./proxied";
import type { Mode, Sample, Traffic } from "./results";
import { type Server, urlOf } from "./server";
import { runPrograms, type Usage } from "./usage";
import type { Workload } from "./workloads";

export interface Bench {
  readonly server: Server;
  readonly proxy: Proxied;
  /** For files. */
  readonly work: string;
  /** What is in databases that are kept, by the first of them. */
  readonly contents: Map<string, "applied" | "nothing">;
}

/** One contestant, ready for one workload. */
export interface Stage {
  /** @throws Error when the program fails, or does not do what it is there for */
  run(mode: Mode, round: number): Promise<Sample>;
  clear(): Promise<void>;
}

/** Of many databases: a login to each of a thousand takes as long as what is measured. */
const LOOKED_AT = 50;

interface Setting extends Bench {
  readonly workload: Workload;
  readonly contestant: Entrant["contestant"];
  readonly databases: readonly string[];
  readonly folder: string;
}

/** @throws Error when it cannot be had, or cannot do this */
export async function openStage(bench: Bench, entrant: Entrant, workload: Workload): Promise<Stage> {
  const { contestant } = entrant;
  const slug = `${workload.key}_${contestant.title}`.replace(/\W+/g, "_").toLowerCase();
  const folder = join(bench.work, `${bench.server.dialect}_${slug}`);
  mkdirSync(folder);
  const { names, shared } = databasesOf(entrant, workload);
  const setting: Setting = { ...bench, workload, contestant, databases: names, folder };
  await contestant.prepare(isIdle(setting) ? [] : workload.migrations, placeOf(setting, bench.server.url));
  programsOf(setting, { serverUrl: bench.server.url, times: 1 });
  if (workload.before === "kept") await findDatabases(setting);
  return {
    run: (mode, round) => run(setting, mode, round),
    clear: async () => {
      if (!shared) await bench.server.drop(names);
    },
  };
}

/** Has nothing to do with what was applied. */
function isIdle({ contestant, workload }: Setting): boolean {
  return contestant.keeps === "nothing" && workload.before === "kept";
}

function placeOf({ server, workload, databases, folder }: Setting, serverUrl: string): Place {
  const url = urlOf(serverUrl, databases[0] ?? "");
  const { heap, migrations } = workload;
  return { dialect: server.dialect, folder, url, count: migrations.length, ...(heap && { heap }) };
}

/** @throws Error when the contestant cannot do this */
function programsOf(setting: Setting, { serverUrl, times }: Aim): readonly Program[] {
  const { workload, contestant, databases } = setting;
  const place = placeOf(setting, serverUrl);
  const { action } = workload;
  if (databases.length > 1 && contestant.programForAll) return [contestant.programForAll(place, databases)];
  const programs =
    action === "again"
      ? [contestant.programAgain?.(place, times)]
      : databases.map((database) => contestant.program(action, { ...place, url: urlOf(serverUrl, database) }));
  const found = programs.filter((program) => program !== undefined);
  if (found.length < programs.length) throw new Error("no: it has no such command");
  return found;
}

interface Aim {
  readonly serverUrl: string;
  /** Of what is called again. */
  readonly times: number;
}

/** Those that are kept may be there from another contestant, or another workload. */
async function findDatabases(setting: Setting): Promise<void> {
  const { databases, contents } = setting;
  const [first = ""] = databases;
  const found = contents.get(first);
  if (found === "applied" || (found === "nothing" && isIdle(setting))) return;
  await makeDatabases(setting);
  contents.set(first, isIdle(setting) ? "nothing" : "applied");
}

async function makeDatabases(setting: Setting): Promise<void> {
  const { server, workload, databases, folder, contents } = setting;
  await server.durability("fast");
  await server.recreate(databases);
  contents.delete(databases[0] ?? "");
  if (workload.before === "empty" || isIdle(setting)) return;
  const applied = { ...setting, workload: { ...workload, action: "up" as const } };
  await runPrograms(programsOf(applied, { serverUrl: server.url, times: 1 }), join(folder, "output.log"));
}

async function run(setting: Setting, mode: Mode, round: number): Promise<Sample> {
  const { server, workload } = setting;
  if (workload.before !== "kept") await makeDatabases(setting);
  await server.durability("default");
  const once = await measure(setting, { mode, times: 1 });
  await check(setting);
  const { calls } = workload;
  if (calls === undefined) return { round, ...once };
  return { round, ...each(await measure(setting, { mode, times: 1 + calls }), once, calls) };
}

type Measured = Omit<Sample, "round">;

async function measure(
  setting: Setting,
  { mode, times }: { readonly mode: Mode; readonly times: number },
): Promise<Measured> {
  const { server, proxy, folder } = setting;
  const serverUrl = mode === "direct" ? server.url : proxy.url(server.url);
  await proxy.take();
  const before = await server.counters();
  const usage: Usage = await runPrograms(programsOf(setting, { serverUrl, times }), join(folder, "output.log"));
  const after = await server.counters();
  return {
    ...usage,
    durableWrites: after.durableWrites - before.durableWrites,
    serverCpuMs: minus(after.cpuMs, before.cpuMs),
    ...(mode === "delayed" && { traffic: await proxy.take() }),
  };
}

/** @throws Error when the tables are not those that there should be */
async function check(setting: Setting): Promise<void> {
  if (isIdle(setting)) return;
  const { server, workload, databases } = setting;
  const apart = Math.ceil(databases.length / LOOKED_AT);
  for (const database of databases.filter((_, index) => index % apart === 0)) {
    const found = await server.tables(database);
    if (found !== workload.tables) throw new Error(`${found} tables of ${workload.tables} were there at the end`);
  }
}

/** What one of so many calls more has taken. */
function each(often: Measured, once: Measured, calls: number): Measured {
  const one = (figure: (measured: Measured) => number | undefined) => minus(figure(often), figure(once), calls);
  const traffic = (name: keyof Traffic) => one((measured) => measured.traffic?.[name]) ?? 0;
  return {
    wallMs: one(({ wallMs }) => wallMs) ?? 0,
    callMs: one(({ callMs }) => callMs),
    cpuMs: one(({ cpuMs }) => cpuMs),
    memoryBytes: often.memoryBytes,
    serverCpuMs: one(({ serverCpuMs }) => serverCpuMs),
    durableWrites: one(({ durableWrites }) => durableWrites) ?? 0,
    ...(often.traffic && {
      traffic: {
        connections: traffic("connections"),
        roundTrips: traffic("roundTrips"),
        handshakes: traffic("handshakes"),
        bytesToServer: traffic("bytesToServer"),
        bytesToClient: traffic("bytesToClient"),
      },
    }),
  };
}

function minus(after: number | undefined, before: number | undefined, parts = 1): number | undefined {
  return after === undefined || before === undefined ? undefined : (after - before) / parts;
}
