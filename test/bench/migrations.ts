import type { BenchMigration } from "./contestant";

/** A table and an index on it, each. */
export function tables(count: number): readonly BenchMigration[] {
  return numbers(count).map((number) => {
    const table = `t_${number}`;
    return {
      name: `${number}_create_${table}`,
      up: [createTable(table), `CREATE INDEX ${table}_name ON ${table} (name)`],
      down: [`DROP TABLE ${table}`],
    };
  });
}

/** Statements that change nothing: so many can be recorded as applied in a short time. */
export function records(count: number): readonly BenchMigration[] {
  return numbers(count).map((number) => ({
    name: `${number}_record_${number}`,
    up: [`SELECT ${Number(number)}`],
    down: [`SELECT ${Number(number)}`],
  }));
}

/** One migration: half of the statements create a table, the other half fill it. */
export function longScript(statements: number): readonly BenchMigration[] {
  const names = numbers(Math.floor(statements / 2)).map((number) => `t_${number}`);
  return [
    {
      name: "00001_create_and_fill",
      up: names.flatMap((table) => [createTable(table), `INSERT INTO ${table} VALUES (1, 'one')`]),
      down: names.map((table) => `DROP TABLE ${table}`),
    },
  ];
}

function createTable(table: string): string {
  return `CREATE TABLE ${table} (id INT PRIMARY KEY, name VARCHAR(100) NOT NULL)`;
}

function numbers(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => String(index + 1).padStart(5, "0"));
}
