import type { ToolName } from "../command";
import { flywayVersion, golangLock, javaHash, leadingDigits, leadingNumber, withoutExtension } from "./keys";
import { isTrue, type RowState, type Tool } from "./tool";

const ofName = {
  keyOfRow: ({ name }) => (name ? withoutExtension(name) : undefined),
  keyOfName: withoutExtension,
} satisfies Pick<Tool, "keyOfRow" | "keyOfName">;

/** "Flyway" in bytes, to which the table's hash is added. */
const FLYWAY_LOCK = 77_431_708_279_161;

const isBaseline = (type: string | null | undefined) => /BASELINE$/.test(type ?? "");

export const TOOL: Readonly<Record<ToolName, Tool>> = {
  flyway: {
    title: "Flyway",
    tables: ["flyway_schema_history", "schema_version"],
    has: ["installed_rank", "version", "description", "type", "script", "checksum", "installed_on", "success"],
    order: "installed_rank",
    appliedAt: "installed_on",
    state: ({ installed_rank, type, success }): RowState => {
      // Its lock in some databases, and the note that it made the schema.
      if (Number(installed_rank) <= 0 || type === "SCHEMA") return "ignored";
      if (!isTrue(success)) return "blocked";
      return /^(?:UNDO|DELETE)/.test(type ?? "") ? "undone" : "applied";
    },
    keyOfRow: ({ type, version, description }) => {
      if (isBaseline(type)) return undefined;
      return version ? flywayVersion(version) : `R ${description}`;
    },
    keyOfName: (name) => (/^R__/.test(name) ? `R ${name.slice(3).replaceAll("_", " ")}` : flywayVersion(name)),
    upTo: ({ type, version }) => (isBaseline(type) && version ? flywayVersion(version) : undefined),
    checksum: { column: "checksum", sum: "crc32" },
    lock: ({ schema, table }, dialect) =>
      dialect === "mysql"
        ? `Flyway-${javaHash(`\`${schema}\`.\`${table}\``)}`
        : String(FLYWAY_LOCK + javaHash(`"${schema}"."${table}"`)),
    remedy: "Put right what it left half done, then run `flyway repair`.",
  },
  "golang-migrate": {
    title: "golang-migrate",
    tables: ["schema_migrations"],
    has: ["version", "dirty"],
    state: ({ dirty }) => (isTrue(dirty) ? "blocked" : "applied"),
    keyOfRow: ({ version }) => version ?? undefined,
    keyOfName: leadingNumber,
    upTo: ({ version }) => version ?? undefined,
    lock: ({ database, schema, table }, dialect) =>
      golangLock(dialect === "mysql" ? `${database}:${table}` : [schema, table, database].join("\0")),
    remedy: "Put right what it left half done, then run `migrate force` with the version that is true.",
  },
  goose: {
    title: "goose",
    tables: ["goose_db_version"],
    has: ["id", "version_id", "is_applied", "tstamp"],
    order: "id",
    appliedAt: "tstamp",
    state: ({ version_id, is_applied }) => {
      // The row that it makes its table with.
      if (version_id === "0") return "ignored";
      return isTrue(is_applied) ? "applied" : "undone";
    },
    keyOfRow: ({ version_id }) => version_id ?? undefined,
    keyOfName: leadingNumber,
    lock: (_table, dialect) => (dialect === "postgres" ? "4097083626" : undefined),
    beside: {
      table: () => "goose_lock",
      has: ["lock_id", "locked", "lease_expires_at"],
      blocked: ({ locked, lease_expires_at }) => isTrue(locked) && Date.parse(lease_expires_at ?? "") > Date.now(),
    },
    remedy: "Wait until it has ended.",
  },
  dbmate: {
    title: "dbmate",
    tables: ["schema_migrations"],
    has: ["version"],
    lacks: ["dirty", "inserted_at"],
    keyOfRow: ({ version }) => version ?? undefined,
    keyOfName: leadingDigits,
  },
  knex: {
    title: "Knex",
    tables: ["knex_migrations"],
    has: ["id", "name", "batch", "migration_time"],
    order: "id",
    appliedAt: "migration_time",
    ...ofName,
    beside: {
      table: (history) => `${history}_lock`,
      has: ["is_locked"],
      blocked: ({ is_locked }) => isTrue(is_locked),
    },
    remedy: "Wait until it has ended; if none runs, `knex migrate:unlock`.",
  },
  "node-pg-migrate": {
    title: "node-pg-migrate",
    tables: ["pgmigrations"],
    has: ["id", "name", "run_on"],
    order: "id",
    appliedAt: "run_on",
    ...ofName,
    lock: (_table, dialect) => (dialect === "postgres" ? "7241865325823964" : undefined),
  },
  prisma: {
    title: "Prisma Migrate",
    tables: ["_prisma_migrations"],
    has: ["checksum", "finished_at", "migration_name", "rolled_back_at", "started_at", "applied_steps_count"],
    order: "started_at",
    appliedAt: "finished_at",
    state: ({ finished_at, rolled_back_at }) => {
      if (rolled_back_at !== null) return "ignored";
      return finished_at === null ? "blocked" : "applied";
    },
    keyOfRow: ({ migration_name }) => migration_name ?? undefined,
    keyOfName: (name) => name,
    checksum: { column: "checksum", sum: "sha256" },
    lock: (_table, dialect) => (dialect === "mysql" ? "prisma_migrate" : "72707369"),
    remedy: "Put right what it left half done, then run `prisma migrate resolve`.",
  },
  drizzle: {
    title: "Drizzle",
    tables: ["__drizzle_migrations"],
    schema: "drizzle",
    has: ["id", "hash", "created_at"],
    reads: ["name", "applied_at"],
    order: "id",
    appliedAt: "applied_at",
    // Up to 0.x a row has no name, and its checksum stands for one.
    keyOfRow: ({ name }) => name ?? undefined,
    keyOfName: (name) => name,
    checksum: { column: "hash", sum: "sha256" },
  },
  typeorm: {
    title: "TypeORM",
    tables: ["migrations"],
    has: ["id", "timestamp", "name"],
    order: "id",
    // A class may be called otherwise than its file; the time at the end of its name is kept by itself.
    keyOfRow: ({ timestamp }) => timestamp ?? undefined,
    keyOfName: (name) => /^\d{13}/.exec(name)?.[0],
  },
  sequelize: {
    title: "Sequelize",
    tables: ["SequelizeMeta"],
    has: ["name"],
    reads: ["createdAt"],
    lacks: ["id", "timestamp"],
    appliedAt: "createdAt",
    ...ofName,
  },
  umzug: {
    title: "umzug",
    tables: ["migration", "SequelizeMeta"],
    has: ["name"],
    reads: ["createdAt"],
    // The last of them tells a journal of ours that has another name now.
    lacks: ["app", "batch", "migration_time", "run_on", "timestamp", "normalised"],
    appliedAt: "createdAt",
    ...ofName,
  },
};

/** Tools that are told apart by name, and whose histories cannot be adopted. */
export interface UnknownTool {
  readonly title: string;
  readonly tables: readonly string[];
  readonly has: readonly string[];
  /** A table that this tool alone has. */
  readonly beside?: string;
}

export const UNKNOWN: readonly UnknownTool[] = [
  { title: "Rails", tables: ["schema_migrations"], has: ["version"], beside: "ar_internal_metadata" },
  { title: "Ecto", tables: ["schema_migrations"], has: ["version", "inserted_at"] },
  { title: "Laravel", tables: ["migrations"], has: ["migration", "batch"] },
  { title: "Liquibase", tables: ["DATABASECHANGELOG"], has: [] },
  { title: "Kysely", tables: ["kysely_migration"], has: ["name", "timestamp"] },
  { title: "Django", tables: ["django_migrations"], has: ["app", "name", "applied"] },
  { title: "Atlas", tables: ["atlas_schema_revisions"], has: ["version", "partial_hashes"] },
];
