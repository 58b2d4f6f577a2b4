import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { DialectName } from "../../lib/migration";
import type { FaultServer } from "../faults/server.mjs";
import { CONTESTANTS, type Contestant } from "./contestants";
import { FAULTS, type Fault } from "./faults";
import { WAYS } from "./observer";
import { createPrograms } from "./programs";
import { type Bench, withStage } from "./stage";
import { describeCourse, type Ending, endingOf } from "./words";

/** What the script that loads this gives to it. */
export interface Surroundings {
  /** Of the project. */
  readonly root: string;
  /** An empty folder within it. */
  readonly folder: string;
  readonly startServer: (dialect: DialectName) => Promise<FaultServer>;
}

/** At a time. */
const JOBS = 4;

/** @returns the exit code: 1 when one of this project's own runs did not end right */
export async function main(surroundings: Surroundings, args: readonly string[]): Promise<number> {
  const { dialect } = parseArgs({ args: [...args], options: { dialect: { type: "string" } } }).values;
  if (dialect !== undefined && dialect !== "mysql" && dialect !== "postgres")
    throw new Error("--dialect is mysql or postgres");
  const dialects: readonly DialectName[] = dialect === undefined ? ["mysql", "postgres"] : [dialect];
  let failed = 0;
  for (const one of dialects) {
    const runs = await onDialect(surroundings, one);
    const own = runs.filter(({ contestant }) => contestant.tool === "ours");
    failed += own.filter(({ ending }) => ending === "stuck" || ending === "wrong").length;
  }
  return failed > 0 ? 1 : 0;
}

interface Run {
  readonly fault: Fault;
  readonly contestant: Contestant;
  readonly ending: Ending;
  readonly cell: string;
}

async function onDialect({ root, folder, startServer }: Surroundings, dialect: DialectName): Promise<readonly Run[]> {
  const server = await startServer(dialect);
  try {
    const { url } = server;
    const bench = { dialect, url, work: folder, programs: createPrograms(root, folder, dialect) };
    const runs = await runAll(bench);
    const today = new Date().toISOString().slice(0, 10);
    console.log(`\n${await serverOf(bench)}, ${packagesIn(root)}, ${today}\n\n${markdown(runs)}`);
    return runs;
  } finally {
    await server.stop();
  }
}

async function runAll(bench: Bench): Promise<readonly Run[]> {
  const todo = FAULTS.flatMap((fault) => CONTESTANTS.map((contestant) => ({ fault, contestant })));
  const runs = new Map<string, Run>();
  const queue = [...todo];
  const worker = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) runs.set(keyOf(next), await runOne(bench, next));
  };
  await Promise.all(Array.from({ length: JOBS }, worker));
  return todo.flatMap((one) => runs.get(keyOf(one)) ?? []);
}

type Pair = Pick<Run, "fault" | "contestant">;

function keyOf({ fault, contestant }: Pair): string {
  return `${contestant.title}: ${fault.title}`;
}

async function runOne(bench: Bench, pair: Pair): Promise<Run> {
  const { fault, contestant } = pair;
  try {
    const course = await withStage(bench, contestant, fault.run);
    return { ...pair, ending: endingOf(course, fault), cell: describeCourse(course, fault) };
  } catch (error) {
    throw new Error(`${keyOf(pair)} could not be run`, { cause: error });
  }
}

function markdown(runs: readonly Run[]): string {
  const titles = CONTESTANTS.map(({ title }) => title);
  const rows = FAULTS.map((fault) => [
    fault.title,
    ...runs.filter((run) => run.fault === fault).map(({ cell }) => cell),
  ]);
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(["", ...titles]), line(["---", ...titles.map(() => "---")]), ...rows.map(line)].join("\n");
}

async function serverOf({ dialect, url }: Bench): Promise<string> {
  const ways = WAYS[dialect];
  const admin = await ways.open(url);
  const [row] = await admin.query(ways.version);
  await admin.close();
  return String(row?.version);
}

function packagesIn(root: string): string {
  const versionIn = (folder: string, name: string) => {
    const { dependencies } = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
    return `${name} ${dependencies[name]}`;
  };
  const tools = ["umzug", "mysql2", "pg", "knex"].map((name) => versionIn("test/tools", name));
  return [...tools, versionIn(".", "serverless-mysql")].join(", ");
}
