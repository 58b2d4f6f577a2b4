import { MigratorError } from "../errors";
import type { Migration } from "../migration";
import type { Problem } from "../report";
import type { Described, SqlEntry } from "./bundle";
import { sha256 } from "./checksum";
import { type Filling, fillScript } from "./placeholder";

/** A migration that was read, or why it cannot be used. */
export type Loaded = Migration | { readonly problems: readonly Problem[] };

/** @throws MigratorError `INVALID_MIGRATIONS` when there is none, or one that cannot be used */
export function usableEntries(location: string, read: readonly Loaded[]): readonly Migration[] {
  const problems = read.flatMap((one) => ("problems" in one ? one.problems : []));
  if (read.length === 0) problems.push({ code: "INVALID", message: `${location} holds no migrations` });
  if (problems.length === 0) return read.flatMap((one) => ("problems" in one ? [] : [one]));
  const list = problems.map(({ message }) => message).join("; ");
  throw new MigratorError("INVALID_MIGRATIONS", `${location} cannot be used: ${list}`, { problems });
}

/** With the values of its placeholders. */
export function fillEntry({ kind: _, up, down, ...described }: SqlEntry, filling: Filling): Loaded {
  const filled = fillScript(up, filling);
  const back = down && fillScript(down, filling);
  const problems = [...filled.problems, ...(back?.problems ?? [])];
  if (problems.length > 0) return { problems: problems.map((one) => ({ ...one, migration: described.name })) };
  return {
    ...described,
    // Other values are another migration to run again; of one that runs once, only the file counts.
    ...(described.repeatable && filled.used.length > 0 && withValues(described, filled.used)),
    up: filled.script,
    ...(back && { down: back.script }),
  };
}

function withValues({ checksum, normalised }: Described, used: readonly string[]) {
  const values = JSON.stringify(used);
  return { checksum: sha256(checksum + values), normalised: sha256(normalised + values) };
}
