import { createHash } from "node:crypto";
import { isMeant } from "../meant";
import type { Problem } from "../report";
import { fileName, invalidMigrations, shown } from "./file-names";
import { uploadIncomplete } from "./s3-errors";

/** Lies in the folder whose files it lists. */
export const MANIFEST = "manifest.json";

/** Contents by path, relative to the folder. */
export type Contents = ReadonlyMap<string, Uint8Array>;

/** How many files are named at most where a set is not complete. */
const NAMED = 5;

/**
 * Compares what is there with what the manifest says there must be: the same files, each with its sha256 sum.
 * @param contents without the manifest, and without what is passed over
 * @throws MigratorError `UPLOAD_INCOMPLETE` for any difference, as more may be on its way; `INVALID_MIGRATIONS` when the
 * manifest itself cannot be read
 */
export function checkManifest(location: string, manifest: Uint8Array, contents: Contents): void {
  const sums = readSums(manifest);
  if (typeof sums === "string") throw invalidMigrations(location, [problem(sums)]);
  const absent = [...sums.keys()].filter((file) => !contents.has(file));
  const extra = [...contents.keys()].filter((file) => !sums.has(file));
  const other = [...contents].filter(([file, bytes]) => sums.has(file) && sums.get(file) !== sha256Of(bytes));
  const faults = [
    ...listed("not there yet", absent),
    ...listed(`not in ${MANIFEST}`, extra),
    ...listed(
      `not as ${MANIFEST} has it`,
      other.map(([file]) => file),
    ),
  ];
  if (faults.length === 0) return;
  throw uploadIncomplete(`${location} does not hold what its ${MANIFEST} lists: ${faults.join("; ")}.`);
}

/**
 * A file that is uploaded later may be made first, with nothing in it. Where no manifest says that this is all of it, it
 * would be applied as a migration that does nothing, and refused as changed once the text is there. A way back may be empty:
 * it is read again when it is needed.
 * @throws MigratorError `UPLOAD_INCOMPLETE`
 */
export function checkFilled(location: string, contents: Contents): void {
  const scripts = [...contents].filter(([file]) => /\.sql$/i.test(file) && !isWayBack(fileName(file)));
  const empty = listed(
    `nothing in it yet, and no ${MANIFEST} that says so`,
    scripts.flatMap(([file, bytes]) => (/\S/.test(new TextDecoder().decode(bytes)) ? [] : [file])),
  );
  if (empty.length > 0) throw uploadIncomplete(`${location} is not complete: ${empty.join()}.`);
}

/** `NAME.down.sql`, and what Flyway calls undo. */
function isWayBack(name: string): boolean {
  return /(?:^|\.)down\.sql$|^U\d.*__/i.test(name);
}

/** @returns what is wrong with it, when it is none */
function readSums(bytes: Uint8Array): ReadonlyMap<string, string> | string {
  let read: unknown;
  try {
    read = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return "is not valid JSON";
  }
  const { files, ...others } = isRecord(read) ? read : {};
  if (!isRecord(files) || Object.keys(others).length > 0) return 'is not of the form {"files":{"NAME":"SHA256"}}';
  const sums = new Map<string, string>();
  for (const [file, sum] of Object.entries(files)) {
    if (file === MANIFEST || !isMeant(file)) return `lists ${shown(file)}, which is passed over`;
    if (typeof sum !== "string" || !/^[0-9a-f]{64}$/i.test(sum)) return `has no sha256 sum for ${shown(file)}`;
    sums.set(file, sum.toLowerCase());
  }
  return sums;
}

function problem(fault: string): Problem {
  const advice = "Write it with `npm run manifest -- FOLDER` and upload it again.";
  return { code: "INVALID", message: `${MANIFEST} ${fault}`, file: MANIFEST, advice };
}

function listed(what: string, files: readonly string[]): readonly string[] {
  if (files.length === 0) return [];
  const names = files.toSorted().slice(0, NAMED).map(shown).join(", ");
  return [`${what}: ${names}${files.length > NAMED ? ` and ${files.length - NAMED} more` : ""}`];
}

function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
