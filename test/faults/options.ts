import { parseArgs } from "node:util";
import type { DialectName } from "../../lib/migration";
import { BREAKS } from "./breaks";

export interface Options {
  readonly runs: number;
  readonly seed: number;
  readonly dir?: string | undefined;
  readonly dialects: readonly DialectName[];
  /** What is switched off; one after the other. */
  readonly breaks: readonly Break[];
  /** How many runs at a time. */
  readonly jobs: number;
}

export interface Break {
  /** A key of BREAKS. */
  readonly name: string;
  /** Of the first run. */
  readonly seed: number;
}

export const USAGE = `npm run faults [-- OPTIONS]
  --runs N            (100)
  --seed N            of the first run (1)
  --dialect D         mysql or postgres; both, unless it is said
  --dir FOLDER        migrations of your own, applied in their order
  --jobs N            runs at a time (4)
  --break WHAT[:SEED] builds the test without it: then some run must diverge, and no more are begun; may be repeated.
                      all, or one of ${Object.keys(BREAKS).join(", ")}`;

/** @throws Error that says what is wrong with them */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      runs: { type: "string", default: "100" },
      seed: { type: "string", default: "1" },
      jobs: { type: "string", default: "4" },
      dir: { type: "string" },
      dialect: { type: "string" },
      break: { type: "string", multiple: true, default: [] },
    },
  });
  const { dialect, break: breaks } = values;
  if (dialect !== undefined && dialect !== "mysql" && dialect !== "postgres")
    throw new Error("--dialect is mysql or postgres");
  const seed = wholeNumber("--seed", values.seed);
  return {
    runs: wholeNumber("--runs", values.runs),
    seed,
    jobs: wholeNumber("--jobs", values.jobs),
    dir: values.dir,
    dialects: dialect === undefined ? ["mysql", "postgres"] : [dialect],
    breaks: breaks.flatMap((text) => readBreak(text, seed)),
  };
}

/** `NAME`, `NAME:SEED` or `all`. */
function readBreak(text: string, seed: number): readonly Break[] {
  const [name = "", own] = text.split(":");
  if (text === "all") return Object.keys(BREAKS).map((one) => ({ name: one, seed }));
  if (!Object.hasOwn(BREAKS, name)) throw new Error(`--break knows ${Object.keys(BREAKS).join(", ")}, all`);
  return [{ name, seed: own === undefined ? seed : wholeNumber("the seed of --break", own) }];
}

function wholeNumber(option: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`${option} must be a whole number: ${text}`);
  return Number(text);
}
