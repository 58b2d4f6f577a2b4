import type { Problem } from "../report";
import { invalid, type Reading } from "./problems";
import type { Environment } from "./variables";

const PREFIX = "PLACEHOLDER_";

/**
 * What every variable `PLACEHOLDER_*` says, by what follows that, upper-cased. Values are taken as they are: nothing is a
 * text like any other in SQL, and so is white space.
 */
export function readPlaceholders(env: Environment): Reading<Readonly<Record<string, string>>> {
  const set = Object.entries(env).flatMap(([variable, value]) =>
    variable.startsWith(PREFIX) && value !== undefined ? [{ variable, key: keyOf(variable), value }] : [],
  );
  const values = new Map(set.map(({ key, value }) => [key, value]));
  const problems = set.flatMap(({ variable, key, value }): Problem[] => {
    if (!/^[A-Z0-9_]+$/.test(key)) {
      const advice = "Write every other character of the placeholder as _: PLACEHOLDER_MY_NAME for my.name.";
      return [invalid(`${JSON.stringify(variable)} has a name that is not of letters, digits and _`, advice)];
    }
    if (values.get(key) === value) return [];
    return [
      invalid(`${variable} and ${PREFIX}${key} are one placeholder with two values`, `Set ${PREFIX}${key} alone.`),
    ];
  });
  return problems.length > 0 ? { problems } : { value: Object.fromEntries(values) };
}

function keyOf(variable: string): string {
  return variable.slice(PREFIX.length).toUpperCase();
}
