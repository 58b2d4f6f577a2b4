import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Results } from "../results";
import { markdown, plotName } from "./markdown";
import { plot } from "./plot";

const BEGIN = "<!-- what follows is written by npm run bench -->";
const END = "<!-- what was written by npm run bench ends here -->";

/** Those that docs/ shows, as far as they were measured here. */
export async function readResults(out: string): Promise<Results | undefined> {
  const path = join(out, "results.json");
  return existsSync(path) ? JSON.parse(await readFile(path, "utf8")) : undefined;
}

export interface Writing {
  readonly results: Results;
  /** For the results. */
  readonly out: string;
  /** Of the report: docs/, whose page keeps what was written by hand, or the same folder. */
  readonly to: string;
}

export async function saveResults({ results, out, to }: Writing): Promise<void> {
  await mkdir(out, { recursive: true });
  const name = out === to ? "results-partial" : "results";
  await writeFile(join(out, `${name}.json`), JSON.stringify(results));
}

/** @returns where the report is */
export async function writeReport(writing: Writing): Promise<string> {
  const { results, out, to } = writing;
  await saveResults(writing);
  const shape = out === to ? alone : between;
  for (const { dialect } of results.servers) await writeFile(join(to, plotName(dialect)), plot(results, dialect));
  const path = join(to, "performance.md");
  await writeFile(path, await shape(path, markdown(results)));
  return path;
}

async function alone(_: string, text: string): Promise<string> {
  return `${text}\n`;
}

/** @throws Error when the page has lost its marks */
async function between(path: string, text: string): Promise<string> {
  const page = await readFile(path, "utf8");
  const [before, rest, ...more] = page.split(BEGIN);
  const after = rest?.split(END)[1];
  if (after === undefined || more.length > 0)
    throw new Error(`docs/performance.md needs the two lines ${BEGIN} and ${END}`);
  return `${before}${BEGIN}\n\n${text}\n\n${END}${after}`;
}
