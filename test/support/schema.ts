import type { TestDatabase } from "./database";

/** What people and tools made in a database: not our own tables. Each entry is a line of what the server says of one thing. */
export async function schemaOf(database: TestDatabase): Promise<readonly string[]> {
  const found = await Promise.all((database.server === "mysql" ? MYSQL : POSTGRES).map((sql) => database.query(sql)));
  return found
    .flat()
    .map((row) => JSON.stringify(row))
    .sort();
}

const OURS = "('migration', 'migration_step', 'migration_run')";

const MYSQL = [
  `SELECT table_name AS t, column_name AS c, column_type AS k, is_nullable AS n, column_default AS d, extra AS e
 FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name NOT IN ${OURS}`,
  `SELECT table_name AS t, index_name AS i, column_name AS c, seq_in_index AS s, non_unique AS u
 FROM information_schema.statistics WHERE table_schema = DATABASE() AND table_name NOT IN ${OURS}`,
  `SELECT table_name AS t, constraint_name AS c, delete_rule AS d, referenced_table_name AS r
 FROM information_schema.referential_constraints WHERE constraint_schema = DATABASE()`,
  "SELECT routine_name AS r, routine_definition AS d FROM information_schema.routines WHERE routine_schema = DATABASE()",
  "SELECT table_name AS v, view_definition AS d FROM information_schema.views WHERE table_schema = DATABASE()",
];

const POSTGRES = [
  `SELECT table_schema AS s, table_name AS t, column_name AS c, data_type AS k, character_maximum_length AS l,
 is_nullable AS n, column_default AS d FROM information_schema.columns
 WHERE table_schema NOT IN ('pg_catalog', 'information_schema') AND table_name NOT IN ${OURS}`,
  `SELECT schemaname AS s, tablename AS t, indexdef AS d FROM pg_indexes
 WHERE schemaname NOT IN ('pg_catalog', 'information_schema') AND tablename NOT IN ${OURS}`,
  `SELECT conrelid::regclass::text AS t, conname AS c, pg_get_constraintdef(oid) AS d FROM pg_constraint
 WHERE conrelid <> 0 AND connamespace = 'public'::regnamespace AND conrelid::regclass::text NOT IN ${OURS}`,
  `SELECT proname AS p, prosrc AS d FROM pg_proc WHERE pronamespace = 'public'::regnamespace`,
  `SELECT typname AS e, enumlabel AS l FROM pg_enum JOIN pg_type ON pg_type.oid = enumtypid`,
];
