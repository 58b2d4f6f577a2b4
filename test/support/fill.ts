import type { DialectName, Migration } from "../../lib/migration";
import type { Problem } from "../../lib/report";
import { createBundle } from "../../lib/source/bundle";
import type { PlaceholderValues } from "../../lib/source/placeholder";
import { type Files, readFiles } from "./folder";

/** What a folder gives where it runs, with values for its placeholders. */
export async function load(
  files: Files,
  values: PlaceholderValues,
  dialect: DialectName = "mysql",
): Promise<readonly Migration[]> {
  const { format, migrations } = await readFiles(files, { dialect });
  const entries = migrations.flatMap((one) => (one.kind === "sql" ? [one] : []));
  return createBundle({ location: "migrations", digest: "d", dialect, format, migrations: entries }, values).load();
}

/** The statements of the first migration's up, or what forbids them. */
export async function fill(
  text: string,
  values: PlaceholderValues,
  dialect: DialectName = "mysql",
): Promise<readonly string[] | readonly Problem[]> {
  const file = /\+goose/.test(text) ? "1_a.sql" : "V1__a.sql";
  try {
    const [migration] = await load({ [file]: text }, values, dialect);
    return migration?.up.kind === "sql" ? migration.up.statements.map(({ sql }) => sql) : [];
  } catch (error) {
    return (error as { readonly problems: readonly Problem[] }).problems;
  }
}
