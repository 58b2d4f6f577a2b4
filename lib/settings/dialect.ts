import type { DialectName } from "../migration";
import { invalid, type Reading } from "./problems";

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

/** What a secret or an IAM login means that names no engine. */
export const DEFAULT_DIALECT: DialectName = "mysql";

export const DEFAULT_PORTS: Readonly<Record<DialectName, number>> = { mysql: 3306, postgres: 5432 };

/** @param subject what says so, to begin a sentence with: "DATABASE_URL", "The secret's engine" */
export function readDialect(name: string, subject: string): Reading<DialectName> {
  const value = DIALECTS.get(name.toLowerCase());
  if (value === undefined) {
    return {
      problems: [invalid(`${subject} is of an unknown kind of database`, "MySQL, MariaDB and Aurora MySQL are known.")],
    };
  }
  if (value === "postgres") {
    return {
      problems: [
        invalid(`${subject} is PostgreSQL, which is not supported yet`, "Use MySQL, MariaDB or Aurora MySQL."),
      ],
    };
  }
  return { value };
}
