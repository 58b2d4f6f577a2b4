import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Results } from "../results";
import { markdown, plotName } from "./markdown";
import { plot } from "./plot";

const BEGIN = "<!-- what follows is written by npm run bench -->";
const END = "<!-- what was written by npm run bench ends here -->";

const placeOf = (root: string) => join(root, ".local/bench");

/** Those of the last whole run. @throws Error when there was none */
export async function readResults(root: string): Promise<Results> {
  try {
    return JSON.parse(await readFile(join(placeOf(root), "results.json"), "utf8"));
  } catch (cause) {
    throw new Error("There are no results of a whole run: npm run bench", { cause });
  }
}

export interface Writing {
  readonly results: Results;
  /** `scratch`: all of it into .local/bench. `docs`: the results there, and what is made of them into docs. */
  readonly where: "docs" | "scratch";
}

/** @returns where the report is */
export async function writeReport(root: string, { results, where }: Writing): Promise<string> {
  await mkdir(placeOf(root), { recursive: true });
  const folder = where === "docs" ? join(root, "docs") : placeOf(root);
  const name = where === "docs" ? "results" : "results-scratch";
  await writeFile(join(placeOf(root), `${name}.json`), JSON.stringify(results));
  for (const { dialect } of results.servers) await writeFile(join(folder, plotName(dialect)), plot(results, dialect));
  const path = join(folder, "performance.md");
  const text = where === "docs" ? between(await readFile(path, "utf8"), markdown(results)) : `${markdown(results)}\n`;
  await writeFile(path, text);
  return path;
}

/** @throws Error when the page has lost its marks */
function between(page: string, text: string): string {
  const [before, rest, ...more] = page.split(BEGIN);
  const after = rest?.split(END)[1];
  if (after === undefined || more.length > 0)
    throw new Error(`docs/performance.md needs the two lines ${BEGIN} and ${END}`);
  return `${before}${BEGIN}\n\n${text}\n\n${END}${after}`;
}
