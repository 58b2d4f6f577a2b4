// Has one tool apply the migrations of a folder: node apply.mjs TOOL URL FOLDER
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(import.meta.url);

const [tool, url, folder] = process.argv.slice(2);
const isMysql = url.startsWith("mysql:");

const tools = {
  dbmate: async () => {
    const { resolveBinary } = await import("dbmate");
    const address = isMysql ? url : `${url}?sslmode=disable`;
    start(resolveBinary(), ["--url", address, "--migrations-dir", folder, "--no-dump-schema", "migrate"]);
  },
  drizzle: () => drizzle("drizzle-orm", (client) => client),
  "drizzle-next": () => drizzle("drizzle-orm-next", (client) => ({ client })),
  knex: async () => {
    const { default: knex } = await import("knex");
    const database = knex({ client: isMysql ? "mysql2" : "pg", connection: url, migrations: { directory: folder } });
    await database.migrate.latest();
    await database.destroy();
  },
  "node-pg-migrate": async () => {
    const { runner } = await import("node-pg-migrate");
    const migrationsTable = "pgmigrations";
    await runner({ databaseUrl: url, dir: folder, direction: "up", migrationsTable, log: () => {} });
  },
  prisma: () => {
    writeFileSync(
      join(folder, "schema.prisma"),
      'datasource db {\n  provider = "postgresql"\n  url = "postgres://"\n}\n',
    );
    const config = join(import.meta.dirname, "prisma.config.mjs");
    // Any program that is there keeps it from downloading the engines that it does not need.
    const env = { PRISMA_QUERY_ENGINE_LIBRARY: process.execPath, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath };
    const places = { TOOL_FOLDER: folder, TOOL_URL: url, CHECKPOINT_DISABLE: "1" };
    const program = join(require.resolve("prisma/package.json"), "../build/index.js");
    start(process.execPath, [program, "migrate", "deploy", "--config", config], { ...process.env, ...env, ...places });
  },
  sequelize: () =>
    start(process.execPath, [
      join(require.resolve("sequelize-cli/package.json"), "../lib/sequelize"),
      "db:migrate",
      ...["--url", url, "--migrations-path", folder],
    ]),
  typeorm: async () => {
    const { DataSource } = await import("typeorm");
    const type = isMysql ? "mysql" : "postgres";
    const source = new DataSource({ type, url, migrations: [join(folder, "*.cjs")] });
    await source.initialize();
    await source.runMigrations();
    await source.destroy();
  },
  umzug: async () => {
    const { Sequelize } = await import("sequelize");
    const { SequelizeStorage, Umzug } = await import("umzug");
    const sequelize = new Sequelize(url, { logging: false });
    const storage = new SequelizeStorage({ sequelize, timestamps: true });
    await new Umzug({
      migrations: { glob: join(folder, "*.cjs") },
      context: sequelize,
      storage,
      logger: undefined,
    }).up();
    await sequelize.close();
  },
};

async function drizzle(name, argument) {
  const driver = isMysql ? "mysql2" : "node-postgres";
  const { drizzle: open } = await import(`${name}/${driver}`);
  const { migrate } = await import(`${name}/${driver}/migrator`);
  const client = isMysql
    ? await (await import("mysql2/promise")).createConnection({ uri: url, multipleStatements: true })
    : new (await import("pg")).default.Client(url);
  if (!isMysql) await client.connect();
  await migrate(open(argument(client)), { migrationsFolder: folder });
  await client.end();
}

function start(program, args, env = process.env) {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: "utf8", env });
  if (status !== 0) throw new Error(`${program} failed:\n${stdout}\n${stderr}`);
}

await tools[tool]();
