import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BenchMigration } from "../contestant";

/** Each of them a table and an index, in SQL that both dialects understand. */
export function smallMigrations(count: number): readonly BenchMigration[] {
  return Array.from({ length: count }, (_, i) => {
    const table = `t${i + 1}`;
    return {
      name: `${String(i + 1).padStart(5, "0")}_${table}`,
      up: [
        `CREATE TABLE ${table} (id INT PRIMARY KEY, name VARCHAR(100) NOT NULL)`,
        `CREATE INDEX ${table}_name ON ${table} (name)`,
      ],
      down: [`DROP TABLE ${table}`],
    };
  });
}

/** By their names, in this project's own form. */
export function filesOf(migrations: readonly BenchMigration[]): Readonly<Record<string, string>> {
  const text = (statements: readonly string[]) => statements.map((statement) => `${statement};\n`).join("");
  return Object.fromEntries(
    migrations.flatMap(({ name, up, down }) => [
      [`${name}.up.sql`, text(up)],
      [`${name}.down.sql`, text(down)],
    ]),
  );
}

export function writeMigrations(folder: string, migrations: readonly BenchMigration[]): void {
  mkdirSync(folder, { recursive: true });
  for (const [file, text] of Object.entries(filesOf(migrations))) writeFileSync(join(folder, file), text);
}
