import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Place, Program } from "./contestant";
import type { Entrant } from "./entrants";
import type { Proxied } from "./proxied";
import type { Sample, Traffic } from "./results";
import { PREFIX, type Server, urlOf } from "./server";
import { runPrograms, type Usage } from "./usage";
import type { Workload } from "./workloads";

export interface Bench {
  readonly server: Server;
  readonly proxy: Proxied;
  /** For files. */
  readonly work: string;
}

/** One contestant, ready for one workload. */
export interface Stage {
  /** @throws Error when the program fails, or does not do what it is there for */
  run(mode: Mode, round: number): Promise<Sample>;
  clear(): Promise<void>;
}

/** `delayed`: through the proxy, which counts. */
export type Mode = "direct" | "delayed";

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
  // Names of the same length: they are sent, and what is sent is counted.
  const own = `${PREFIX}${randomBytes(4).toString("hex")}_`;
  const databases = Array.from({ length: workload.databases }, (_, index) => `${own}${index + 1}`);
  const setting: Setting = { ...bench, workload, contestant, databases, folder };
  const idle = contestant.keeps === "nothing" && workload.before === "kept";
  await contestant.prepare(idle ? [] : workload.migrations, placeOf(setting, bench.server.url));
  programsOf(setting, { serverUrl: bench.server.url, times: 1 });
  if (workload.before === "kept") await makeDatabases(setting);
  return {
    run: (mode, round) => run(setting, mode, round),
    clear: () => bench.server.drop(databases),
  };
}

function placeOf({ server, workload, databases, folder }: Setting, serverUrl: string): Place {
  const url = urlOf(serverUrl, databases[0] ?? "");
  return { dialect: server.dialect, folder, url, count: workload.migrations.length };
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
  if (found.length < programs.length) throw new Error("it has no such command");
  return found;
}

interface Aim {
  readonly serverUrl: string;
  /** Of what is called again. */
  readonly times: number;
}

async function makeDatabases(setting: Setting): Promise<void> {
  const { server, workload, contestant, databases, folder } = setting;
  await server.durability("fast");
  await server.recreate(databases);
  if (workload.before === "empty") return;
  const applied = { ...setting, workload: { ...workload, action: "up" as const } };
  if (contestant.keeps === "nothing" && workload.before === "kept") return;
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
async function check({ server, workload, contestant, databases }: Setting): Promise<void> {
  if (workload.before === "kept" && contestant.keeps === "nothing") return;
  for (const database of databases) {
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
