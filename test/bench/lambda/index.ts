import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { DialectName } from "../../../lib/migration";
import { ensureLambdaRuntime } from "../../support/lambda-runtime";
import { removePackages } from "../../support/package-service";
import { compose } from "./composition";
import { createCpuLimit } from "./cpu-limit";
import { startServices } from "./databases";
import type { Composition, Cpu, Figures, LambdaResult } from "./result";
import { measureAll } from "./rounds";
import type { Place, Subject } from "./start";
import { type FunctionName, type SubjectOptions, withSubjects } from "./subjects";

export { lambdaGoals } from "./goals";
export { lambdaMarkdown } from "./markdown";
export type { LambdaResult } from "./result";

export interface LambdaSurroundings {
  /** Of the project, in which this process runs, and which is built. */
  readonly root: string;
  /** An empty folder. */
  readonly folder: string;
  /** Administrators' logins; a dialect without one is left out. */
  readonly urls: Readonly<Partial<Record<DialectName, string>>>;
}

export interface LambdaOptions {
  /** Fresh processes of each function with each share of a CPU. Default: 20. */
  readonly processes?: number;
  /** Default: 1, and those of 512 and 256 MB; the latter both with and without a full CPU for the initialisation. */
  readonly cpus?: readonly Cpu[];
  /** Default: all. */
  readonly functions?: readonly FunctionName[];
  /** How many are applied. Default: 20. */
  readonly migrations?: number;
  /** Of each function, for which package costs what. Default: 5. */
  readonly profiles?: number;
  /** Is told what comes next. */
  readonly say?: (line: string) => void;
}

/** MB for which a function has one CPU. */
const MB_OF_ONE_CPU = 1_769;
const FUNCTIONS: readonly FunctionName[] = ["migrate", "rollback", "status", "upload", "deployment"];

const cpuOf = (memoryMb: number, init: Cpu["init"]): Cpu => ({ memoryMb, share: memoryMb / MB_OF_ONE_CPU, init });

export const CPUS: readonly Cpu[] = [
  cpuOf(MB_OF_ONE_CPU, "share"),
  cpuOf(512, "share"),
  cpuOf(256, "share"),
  cpuOf(512, "full"),
  cpuOf(256, "full"),
];

/**
 * How long this project's functions take, in fresh processes of Lambda's own runtime, until they have answered that there
 * is nothing to do, and how long the pattern takes that the project began with.
 */
export async function runLambdaBench(
  surroundings: LambdaSurroundings,
  options: LambdaOptions = {},
): Promise<LambdaResult> {
  try {
    return await measureLambda(surroundings, options);
  } finally {
    removePackages();
  }
}

/** The same, but leaves what was packaged to whoever else in this run of Jest needs it. */
export async function measureLambda(
  { root, folder, urls }: LambdaSurroundings,
  options: LambdaOptions,
): Promise<LambdaResult> {
  const { functions = FUNCTIONS, migrations = 20 } = options;
  const runtime = await ensureLambdaRuntime();
  const services = await startServices();
  const place: Place = { runtime, folder };
  try {
    const parts: Pick<LambdaResult, "zips" | "figures" | "compositions">[] = [];
    for (const dialect of ["mysql", "postgres"] as const) {
      const url = urls[dialect];
      if (url === undefined) continue;
      const subjects: SubjectOptions = { root, place, services, dialect, url, functions, count: migrations };
      parts.push(await measureDialect(subjects, options));
    }
    return {
      versions: versionsIn(root),
      migrations,
      limiter: limiterHere(),
      zips: parts.flatMap(({ zips }) => zips),
      figures: parts.flatMap(({ figures }) => figures),
      compositions: parts.flatMap(({ compositions }) => compositions),
    };
  } finally {
    await services.stop();
  }
}

function measureDialect(
  subjects: SubjectOptions,
  { processes = 20, profiles = 5, cpus = CPUS, say = () => undefined }: LambdaOptions,
) {
  const { dialect, place } = subjects;
  say(`lambda, ${dialect}: packages`);
  return withSubjects(subjects, async ({ subjects: all, zips }) => {
    const figures: Figures[] = [];
    for (const cpu of cpus) {
      say(`lambda, ${dialect}: ${processes} processes each at ${cpu.memoryMb} MB, init with its ${cpu.init}`);
      figures.push(...(await measureAll(measuredWith(cpu, all), cpu, { ...place, processes })));
    }
    say(`lambda, ${dialect}: which package costs what`);
    const compositions: Composition[] = [];
    for (const subject of all.filter(({ kind }) => kind !== "empty"))
      compositions.push(await compose({ root: subjects.root, subject, place, profiles }));
    return { zips, figures, compositions };
  });
}

/** What a full CPU for the initialisation changes, is of interest for the comparison alone. */
function measuredWith({ init }: Cpu, subjects: readonly Subject[]): readonly Subject[] {
  return init === "share" ? subjects : subjects.filter(({ kind, title }) => kind !== "ours" || title === "migrate");
}

function limiterHere(): string {
  const limit = createCpuLimit(1);
  limit.remove();
  return limit.means;
}

/** Of what is measured, as it is installed. */
function versionsIn(root: string): Readonly<Record<string, string>> {
  const packages = {
    "Node.js": `test/runtime/node_modules/node24-${process.arch}`,
    "aws-lambda-ric": "test/runtime/node_modules/aws-lambda-ric",
    ...Object.fromEntries(
      ["umzug", "serverless-mysql", "mysql2", "pg", "@aws-sdk/client-secrets-manager", "esbuild"].map((name) => [
        name,
        `node_modules/${name}`,
      ]),
    ),
  };
  const version = (folder: string) => JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")).version;
  return Object.fromEntries(Object.entries(packages).map(([name, folder]) => [name, version(folder)]));
}
