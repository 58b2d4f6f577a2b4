import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { MigratorError } from "../lib/errors";
import type { AskedNew } from "./asked";

/** Compiled, this file is in dist/bin. */
const PACKAGE = dirname(dirname(__dirname));

const SQL = "-- migrate:up\n\n-- migrate:down\n";

/**
 * Writes the next migration. @returns the paths of its files
 * @throws MigratorError `INVALID_COMMAND`
 */
export function createFiles({ name, files: kind, dir }: AskedNew): readonly string[] {
  if (!/^[\p{L}\p{N}][\p{L}\p{M}\p{N}_-]*$/u.test(name)) {
    throw new MigratorError("INVALID_COMMAND", `${JSON.stringify(name)} is no name for a migration.`, {
      advice: "A name is made of letters, digits, - and _.",
    });
  }
  if (existsSync(".env")) process.loadEnvFile(".env");
  const folder = dir ?? (process.env.MIGRATIONS_DIR || "migrations");
  try {
    return writeFiles(folder, name, kind);
  } catch (error) {
    const { code } = error as { readonly code?: string };
    if (error instanceof MigratorError || code === undefined) throw error;
    throw new MigratorError("INVALID_COMMAND", `Nothing can be written into ${folder} (${code}).`);
  }
}

function writeFiles(folder: string, name: string, kind: AskedNew["files"]): readonly string[] {
  const directory = resolve(folder);
  mkdirSync(directory, { recursive: true });
  const files = readdirSync(directory);
  const taken = files.find((file) => file.replace(/^\d+_/, "").split(".")[0] === name);
  if (taken !== undefined) {
    throw new MigratorError("INVALID_COMMAND", `${name} is already there: ${join(folder, taken)}`);
  }
  return Object.entries(templates(directory, kind)).map(([extension, contents]) => {
    const file = `${nextNumber(files)}_${name}${extension}`;
    writeFileSync(join(directory, file), contents, { flag: "wx" });
    return join(folder, file);
  });
}

/** What is to be written: contents by what follows the name. */
function templates(directory: string, kind: AskedNew["files"]): Readonly<Record<string, string>> {
  if (kind === "code") return { ".ts": code(directory) };
  return kind === "pair" ? { ".up.sql": "", ".down.sql": "" } : { ".sql": SQL };
}

function code(directory: string): string {
  return `import type { CodeParams } from "${typesFrom(directory)}";

export async function up({ context }: CodeParams): Promise<void> {
  await context.query("");
}

export async function down({ context }: CodeParams): Promise<void> {
  await context.query("");
}
`;
}

/** In this package's own repository its types are taken from the sources. */
function typesFrom(directory: string): string {
  const within = relative(PACKAGE, directory);
  const isOwn = within.split(sep)[0] !== ".." && existsSync(join(PACKAGE, "lib", "migration.ts"));
  if (!isOwn) return "migration-lambda";
  const path = relative(directory, join(PACKAGE, "lib", "migration")).replaceAll("\\", "/");
  return path.startsWith(".") ? path : `./${path}`;
}

/** After the highest there is, as many digits wide. */
function nextNumber(files: readonly string[]): string {
  const numbers = files.flatMap((file) => /^\d+/.exec(file) ?? []);
  const [highest] = numbers.toSorted((a, b) => Number(BigInt(b) - BigInt(a)) || b.length - a.length);
  return highest === undefined ? "00" : String(BigInt(highest) + 1n).padStart(highest.length, "0");
}
