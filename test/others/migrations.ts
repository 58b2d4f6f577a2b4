import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** What the files look like. `code` goes for umzug and for this project. */
export type Form = "sql" | "code" | "knex";

/** What is deployed: `first` has one migration, `second` one more, `third` another. In `broken` a statement of the second fails. */
export type Release = "first" | "second" | "third" | "broken";

interface Texts {
  readonly up: readonly string[];
  readonly down: readonly string[];
}

const count = (id: string, by: string) => `UPDATE effects SET times = times ${by} WHERE id = '${id}'`;
/** Waits for the gate, as something that takes long. */
const GATED = "CREATE TABLE totals AS SELECT id FROM effects WHERE id = 'gate' FOR UPDATE";

const CREATE: Texts = { up: ["CREATE TABLE orders (id INT PRIMARY KEY)"], down: ["DROP TABLE orders"] };
const CHANGE: Texts = {
  up: [
    count("first", "+ 1"),
    "ALTER TABLE orders ADD COLUMN currency CHAR(3)",
    GATED,
    count("fourth", "+ 1"),
    "ALTER TABLE orders ADD COLUMN paid INT",
  ],
  down: [
    "ALTER TABLE orders DROP COLUMN paid",
    count("fourth", "- 1"),
    "DROP TABLE totals",
    "ALTER TABLE orders DROP COLUMN currency",
    count("first", "- 1"),
  ],
};
const EXTRA: Texts = { up: ["CREATE TABLE extra (id INT PRIMARY KEY)"], down: ["DROP TABLE extra"] };
const BROKEN: Texts = { ...CHANGE, up: CHANGE.up.map((sql) => sql.replace("FROM effects", "FROM nowhere")) };

const RELEASES: Readonly<Record<Release, Readonly<Record<string, Texts>>>> = {
  first: { "01_create": CREATE },
  second: { "01_create": CREATE, "02_change": CHANGE },
  third: { "01_create": CREATE, "02_change": CHANGE, "03_extra": EXTRA },
  broken: { "01_create": CREATE, "02_change": BROKEN },
};

export async function writeRelease(folder: string, form: Form, release: Release): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, texts] of Object.entries(RELEASES[release])) {
    const [extension, text] = FORMS[form](texts);
    await writeFile(join(folder, name + extension), text);
  }
}

const FORMS: Readonly<Record<Form, (texts: Texts) => readonly [string, string]>> = {
  sql: ({ up, down }) => [".sql", `-- migrate:up\n${up.join(";\n")};\n-- migrate:down\n${down.join(";\n")};\n`],
  code: (texts) => [".js", script(texts, "{ context }", "context.query")],
  knex: (texts) => [".js", script(texts, "knex", "knex.raw")],
};

function script({ up, down }: Texts, parameter: string, send: string): string {
  const body = (statements: readonly string[]) =>
    statements.map((sql) => `  await ${send}(${JSON.stringify(sql)});\n`).join("");
  return `exports.up = async (${parameter}) => {\n${body(up)}};\nexports.down = async (${parameter}) => {\n${body(down)}};\n`;
}
