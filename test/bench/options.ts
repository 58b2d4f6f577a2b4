import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { FULL, type Scale, TINY } from "./workloads";

export interface Options {
  readonly scale: Scale;
  readonly rounds: number;
  readonly budgetMs: number;
  /** Fresh ones, of each function, where it is measured how functions start. */
  readonly processes: number;
  /** Where there are any, what is run matches one of them. */
  readonly only: readonly Only[];
  /** Without the tools that have to be installed. */
  readonly peers: "with" | "without";
  /**
   * `report`: only write it again, from the results of the last run. `update`: keep what is not measured now. `scratch`: leave
   * docs/ alone.
   */
  readonly write: "docs" | "report" | "update" | "scratch";
  /** Where results lie, and reports that are not for docs/. */
  readonly out: string;
}

/** What is empty is any; else a part of the name. */
export interface Only {
  readonly workload: string;
  readonly contestant: string;
  readonly dialect: string;
}

export const USAGE = `npm run bench [-- OPTIONS]
  --rounds N          of each contestant in each workload (3)
  --budget SECONDS    a peer that has taken so long in a workload begins no further round of it; three times that for
                      this project and the baselines (5)
  --databases N       of the workloads with many databases (1000); a tenth of them for other tools, and the bare driver
  --processes N       of each function in the workload lambda, which is how functions start (20)
  --only W/C/D        workload/contestant/dialect, each a part of a name or empty; may be repeated.
                      Writes to --out alone, not to docs/.
  --no-peers          nothing that has to be installed; writes to --out alone
  --quick             tiny workloads and one round: does all of it work? Writes to --out alone, and builds nothing
  --out FOLDER        for results and, of a partial run, the report (.local/bench)
  --update            with --only: puts what is measured in the place of what was, and writes docs/performance.md
  --report            write docs/performance.md again from the results of the last whole run`;

/** @throws Error that says what is wrong with them */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: "string" },
      budget: { type: "string", default: "5" },
      databases: { type: "string" },
      processes: { type: "string" },
      only: { type: "string", multiple: true, default: [] },
      "no-peers": { type: "boolean", default: false },
      quick: { type: "boolean", default: false },
      update: { type: "boolean", default: false },
      report: { type: "boolean", default: false },
      out: { type: "string", default: ".local/bench" },
    },
  });
  const { quick, databases, update } = values;
  const only = values.only.map(readOnly);
  if (update && (quick || values["no-peers"] || only.some(({ contestant }) => contestant !== "")))
    throw new Error("--update measures whole workloads: a time can be compared with others of the same rounds only");
  const scale = quick ? TINY : FULL;
  const partial = quick || values.only.length > 0 || values["no-peers"];
  return {
    scale: databases === undefined ? scale : { ...scale, databases: atLeast(2, ["--databases", databases]) },
    rounds: values.rounds === undefined ? (quick ? 1 : 3) : atLeast(1, ["--rounds", values.rounds]),
    processes: values.processes === undefined ? (quick ? 1 : 20) : atLeast(1, ["--processes", values.processes]),
    budgetMs: atLeast(1, ["--budget", values.budget]) * 1000,
    only,
    peers: values["no-peers"] ? "without" : "with",
    out: resolve(values.out),
    write: values.report ? "report" : update ? "update" : partial ? "scratch" : "docs",
  };
}

export function isChosen(only: readonly Only[], { workload, contestant, dialect }: Partial<Only>): boolean {
  const fits = (wanted: string, name: string | undefined) =>
    name === undefined || name.toLowerCase().includes(wanted.toLowerCase());
  return (
    only.length === 0 ||
    only.some((one) => fits(one.workload, workload) && fits(one.contestant, contestant) && fits(one.dialect, dialect))
  );
}

function readOnly(text: string): Only {
  const [workload = "", contestant = "", dialect = "", ...more] = text.split("/");
  if (more.length > 0) throw new Error(`--only ${text}: WORKLOAD/CONTESTANT/DIALECT`);
  return { workload, contestant, dialect };
}

function atLeast(least: number, [option, text]: readonly [string, string]): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < least)
    throw new Error(`${option} ${text}: not a whole number from ${least}`);
  return number;
}
