/**
 * Tables as tools write them that come with no package of npm: the columns of each tool's own source, in SQL that every
 * server understands.
 */
export const FLYWAY = `CREATE TABLE flyway_schema_history (installed_rank INT NOT NULL PRIMARY KEY, version VARCHAR(50),
 description VARCHAR(200) NOT NULL, type VARCHAR(20) NOT NULL, script VARCHAR(1000) NOT NULL, checksum INT,
 installed_by VARCHAR(100) NOT NULL, installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, execution_time INT NOT NULL,
 success BOOLEAN NOT NULL)`;
export const GOLANG_MIGRATE =
  "CREATE TABLE schema_migrations (version BIGINT NOT NULL PRIMARY KEY, dirty BOOLEAN NOT NULL)";
export const GOOSE = `CREATE TABLE goose_db_version (id SERIAL PRIMARY KEY, version_id BIGINT NOT NULL, is_applied BOOLEAN NOT NULL,
 tstamp TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP)`;
export const GOOSE_LOCK = `CREATE TABLE goose_lock (lock_id BIGINT PRIMARY KEY, locked BOOLEAN NOT NULL, locked_at TIMESTAMP NULL,
 locked_by VARCHAR(255), lease_expires_at TIMESTAMP NULL, updated_at TIMESTAMP NULL)`;
export const KNEX = `CREATE TABLE knex_migrations (id SERIAL PRIMARY KEY, name VARCHAR(255), batch INT,
 migration_time TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP)`;
export const PRISMA = `CREATE TABLE _prisma_migrations (id VARCHAR(36) PRIMARY KEY, checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMP NULL,
 migration_name VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at TIMESTAMP NULL, started_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
 applied_steps_count INT NOT NULL DEFAULT 0)`;

interface FlywayRow {
  readonly rank: number;
  readonly version?: string;
  readonly description?: string;
  readonly type?: string;
  readonly checksum?: number;
  /** An SQL expression. */
  readonly on?: string;
  readonly success?: boolean;
}

export function flywayRow({ rank, version, description = "x", type = "SQL", ...row }: FlywayRow): string {
  const { checksum = null, on = "CURRENT_TIMESTAMP", success = true } = row;
  const named = version === undefined ? "NULL" : `'${version}'`;
  return `INSERT INTO flyway_schema_history VALUES (${rank}, ${named}, '${description}', '${type}', 'file.sql', ${checksum}, 'me', ${on}, 5, ${success})`;
}
