import type { DialectName } from "../migration";
import type { Problem } from "../report";
import { invalid } from "./problems";

/** URL schemes, and the engine names that RDS writes into a secret. */
const DIALECTS: ReadonlyMap<string, DialectName> = new Map([
  ["mysql", "mysql"],
  ["mariadb", "mysql"],
  ["aurora", "mysql"],
  ["aurora-mysql", "mysql"],
  ["postgres", "postgres"],
  ["postgresql", "postgres"],
  ["aurora-postgresql", "postgres"],
]);

const TITLES: Readonly<Record<DialectName, string>> = { mysql: "MySQL", postgres: "PostgreSQL" };

export const DEFAULT_PORTS: Readonly<Record<DialectName, number>> = { mysql: 3306, postgres: 5432 };

/**
 * What is wrong with a name of a kind of database, where the migrations were built for `dialect`: their files were read
 * as that dialect, and are nothing to another.
 * @param subject what bears the name, to begin a sentence with: "DATABASE_URL", "The secret's engine"
 */
export function checkDialect(name: string, subject: string, dialect: DialectName): readonly Problem[] {
  const named = DIALECTS.get(name.toLowerCase());
  if (named === dialect) return [];
  if (named === undefined) {
    const known = "MySQL, MariaDB, PostgreSQL and both kinds of Aurora are known.";
    return [invalid(`${subject} is of an unknown kind of database`, known)];
  }
  const message = `${subject} is ${TITLES[named]}, and the migrations were built for ${TITLES[dialect]}`;
  return [invalid(message, `Build and deploy again with DIALECT=${named}, or name a ${TITLES[dialect]} database.`)];
}
