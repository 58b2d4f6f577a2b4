// npm run new -- add-orders [--ts | --pair]: writes the next migration from a template.
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const usage = "npm run new -- add-orders [--ts | --pair]";
const root = dirname(dirname(fileURLToPath(import.meta.url)));

const sql = "-- migrate:up\n\n-- migrate:down\n";

function script(directory) {
  const types = relative(directory, join(root, "lib", "migration")).replaceAll("\\", "/");
  return `import type { CodeParams } from "${types.startsWith(".") ? types : `./${types}`}";

export async function up({ context }: CodeParams): Promise<void> {
  await context.query("");
}

export async function down({ context }: CodeParams): Promise<void> {
  await context.query("");
}
`;
}

/** What is to be written: contents by what follows the name. */
function templates(directory, { ts, pair }) {
  if (ts) return { ".ts": script(directory) };
  return pair ? { ".up.sql": "", ".down.sql": "" } : { ".sql": sql };
}

/** After the highest there is, as many digits wide. */
function nextNumber(files) {
  const numbers = files.flatMap((file) => /^\d+/.exec(file) ?? []);
  const [highest] = numbers.sort((a, b) => Number(BigInt(b) - BigInt(a)) || b.length - a.length);
  return highest === undefined ? "00" : String(BigInt(highest) + 1n).padStart(highest.length, "0");
}

function readArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { ts: { type: "boolean" }, pair: { type: "boolean" } },
  });
  const [name, ...rest] = positionals;
  if (name === undefined) throw new Error("the migration needs a name");
  if (rest.length > 0) throw new Error(`one name, without blanks: ${positionals.join("-")}`);
  if (!/^[\p{L}\p{N}][\p{L}\p{M}\p{N}_-]*$/u.test(name)) {
    throw new Error(`${JSON.stringify(name)}: a name is made of letters, digits, - and _`);
  }
  if (values.ts && values.pair) throw new Error("--ts and --pair exclude each other");
  return { name, ...values };
}

function main() {
  const { name, ...kind } = readArguments();
  if (existsSync(".env")) process.loadEnvFile(".env");
  const folder = process.env.MIGRATIONS_DIR || "migrations";
  const directory = resolve(folder);
  mkdirSync(directory, { recursive: true });
  const files = readdirSync(directory);
  const taken = files.find((file) => file.replace(/^\d+_/, "").split(".")[0] === name);
  if (taken !== undefined) throw new Error(`${name} is already there: ${join(folder, taken)}`);
  for (const [extension, contents] of Object.entries(templates(directory, kind))) {
    const file = `${nextNumber(files)}_${name}${extension}`;
    writeFileSync(join(directory, file), contents, { flag: "wx" });
    console.log(join(folder, file));
  }
}

try {
  main();
} catch (error) {
  console.error(`${error.message}\n${usage}`);
  process.exitCode = 1;
}
