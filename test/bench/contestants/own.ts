import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import type { DialectName } from "../../../lib/migration";
import type { BenchMigration, Contestant, Heap, Place } from "../contestant";
import type { Programs } from "../entrants";
import { builtPlugin } from "../lambda/bundles";

const DIALECTS: readonly DialectName[] = ["mysql", "postgres"];

/** In MiB. Lambda's runtime gives the young generation a tenth of the memory, half of it to each semi-space, and the old one the rest. */
const HEAPS: Readonly<Record<Heap, readonly string[]>> = {
  smallest: ["--max-semi-space-size=6", "--max-old-space-size=116"],
};

export const DEPLOYED = "migration-lambda, the function";

/** This project: as it is deployed, and at the command line. */
export function own(programs: Programs): readonly Contestant[] {
  return [deployed(programs), commandLine(programs)];
}

function deployed({ root, folder: helpers }: Programs): Contestant {
  const call = (name: string, { folder, heap }: Place, { payload = {}, times = 1, env = {} }: CallOptions) => ({
    file: process.execPath,
    args: [
      ...(heap ? HEAPS[heap] : []),
      join(helpers, "call.cjs"),
      join(folder, `${name}.js`),
      JSON.stringify(payload),
      String(times),
    ],
    env,
  });
  return {
    title: DEPLOYED,
    language: "TypeScript",
    dialects: DIALECTS,
    install: async () => undefined,
    version: async () => "this tree",
    prepare: async (migrations, place) => {
      await writeFiles(migrations, place.folder);
      await buildFunctions(root, place);
    },
    program: (action, place) => {
      const env = { DATABASE_URL: place.url };
      if (action === "up") return call("migrate", place, { env });
      return call("rollback", place, { env, payload: { steps: place.count } });
    },
    programAgain: (place, times) => call("migrate", place, { times, env: { DATABASE_URL: place.url } }),
    programForAll: (place, databases) => {
      const env = { DATABASE_URL: place.url, DATABASES: patternOf(databases) };
      return call("migrate", place, { env, payload: { databases: patternOf(databases) } });
    },
  };
}

interface CallOptions {
  readonly payload?: object;
  readonly times?: number;
  readonly env?: Readonly<Record<string, string>>;
}

function commandLine({ root }: Programs): Contestant {
  const run = (args: readonly string[], { url, folder }: Place, env: Readonly<Record<string, string>> = {}) => ({
    file: process.execPath,
    args: [
      join(root, "dist/bin/migration-lambda.js"),
      ...[...args, "--json", "--url", url, "--dir", join(folder, "migrations")],
    ],
    env,
  });
  return {
    title: "migration-lambda, the command line",
    language: "TypeScript",
    dialects: DIALECTS,
    install: async () => undefined,
    version: async () => "this tree",
    prepare: (migrations, { folder }) => writeFiles(migrations, folder),
    program: (action, place) => {
      if (action === "up") return run(["migrate"], place);
      return run(["rollback", "--steps", String(place.count)], place);
    },
    programForAll: (place, databases) =>
      run(["migrate", "--databases", patternOf(databases)], place, { DATABASES: patternOf(databases) }),
  };
}

/** What the names have in common, and anything after it. */
function patternOf(databases: readonly string[]): string {
  return (databases[0] ?? "").replace(/\d+$/, "*");
}

async function writeFiles(migrations: readonly BenchMigration[], folder: string): Promise<void> {
  await mkdir(join(folder, "migrations"));
  for (const { name, up, down } of migrations) {
    const lines = ["-- migrate:up", ...up.map((one) => `${one};`), "-- migrate:down", ...down.map((one) => `${one};`)];
    await writeFile(join(folder, "migrations", `${name}.sql`), `${lines.join("\n")}\n`);
  }
}

/** As serverless.yml has it, for this process's Node. */
async function buildFunctions(root: string, { folder, dialect }: Place): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: ["functions/migrate.ts", "functions/rollback.ts"],
    outdir: folder,
    bundle: true,
    minify: true,
    platform: "node",
    target: "node20",
    logLevel: "error",
    plugins: [builtPlugin(root)({ dir: join(folder, "migrations"), dialect })],
  });
}
