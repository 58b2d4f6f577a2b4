import type { Deadline } from "../database/database";
import { MigratorError } from "../errors";
import { entriesOf, isPattern, matches } from "../wildcard";

/** Which databases there are, and which of them a Command may name. */
export interface Choice {
  /** Names and patterns; absent: only the one that the settings name. */
  readonly allowed?: readonly string[];
  /** Whether the server could have a database of this name. */
  isName(name: string): boolean;
  /** What patterns are matched against. @throws MigratorError when nobody can say */
  names(deadline: Deadline): Promise<readonly string[]>;
}

/** @throws MigratorError `INVALID_COMMAND` when a Command may not name this one. */
export function checkDatabase(name: string, { allowed, isName }: Choice): void {
  if (!isName(name)) throw refused(`${JSON.stringify(name)} is not the name of one database.`, "Correct the name.");
  if (allowed && !isAllowed(name, allowed)) {
    throw refused(`The database ${JSON.stringify(name)} is not among those that a command may name.`, advice(allowed));
  }
}

/**
 * The databases that a list of names and patterns means, each once. Names are taken as they are, patterns stand for what is
 * there and allowed, by name.
 * @throws MigratorError `INVALID_COMMAND` when a name is not allowed, or a pattern stands for nothing.
 */
export async function selectDatabases(list: string, choice: Choice, deadline: Deadline): Promise<readonly string[]> {
  const { allowed } = choice;
  if (!allowed) {
    throw refused("`databases` needs the setting DATABASES.", "Set it to the names and patterns that it may mean.");
  }
  const entries = entriesOf(list);
  for (const name of entries.filter((entry) => !isPattern(entry))) checkDatabase(name, choice);
  const there = entries.some(isPattern) ? await choice.names(deadline) : [];
  const known = there.filter((name) => isAllowed(name, allowed)).sort();
  const meant = entries.map((entry) => (isPattern(entry) ? known.filter((name) => matches(entry, name)) : [entry]));
  const nothing = entries.find((_, index) => meant[index]?.length === 0);
  if (nothing !== undefined) {
    const hint = "A database on which the user has no privilege may not be visible to it.";
    throw refused(`No database is meant by ${JSON.stringify(nothing)}.`, `${advice(allowed)} ${hint}`);
  }
  return [...new Set(meant.flat())];
}

function isAllowed(name: string, allowed: readonly string[]): boolean {
  return allowed.some((entry) => matches(entry, name));
}

function advice(allowed: readonly string[]): string {
  return `DATABASES allows ${allowed.join(", ")}.`;
}

function refused(message: string, advised: string): MigratorError {
  return new MigratorError("INVALID_COMMAND", message, { advice: advised });
}
