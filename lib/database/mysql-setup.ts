import type { Deadline } from "./database";
import type { JournalTables } from "./journal";
import type { Connection } from "./mysql-connection";
import type { Part } from "./mysql-message";
import { name } from "./mysql-text";

/** What a Session on one database needs to know. */
export interface SessionSetup {
  readonly connection: Connection;
  readonly id: number;
  readonly database: string;
  /** Qualified and quoted, as our statements use them. */
  readonly tables: JournalTables;
  /** As in the settings, for `information_schema` and messages. */
  readonly plainTables: JournalTables;
  readonly lock: string;
  readonly deadline: Deadline;
  /** What `SELECT VERSION()` says. */
  readonly version: string;
  /** `max_allowed_packet`, in bytes. */
  readonly packetBytes: number;
  /** How long a statement waits for another transaction's lock, in seconds. */
  readonly lockTimeoutSeconds: number;
}

const switches = ["foreign_key_checks", "unique_checks", "sql_notes", "sql_safe_updates"]
  .map((variable) => `${variable} = @@GLOBAL.${variable}`)
  .join(", ");

/**
 * Puts the session back to what every migration may expect, whatever the one before has set. Switches are copied from the
 * global value: MySQL 9.7 takes DEFAULT for `foreign_key_checks` as off.
 */
export function reset({
  database,
  lockTimeoutSeconds,
}: Pick<SessionSetup, "database" | "lockTimeoutSeconds">): readonly Part[] {
  return [
    { sql: "UNLOCK TABLES" },
    { sql: `USE ${name(database)}` },
    { sql: "SET NAMES utf8mb4" },
    { sql: `SET SESSION ${switches}, sql_mode = DEFAULT, time_zone = DEFAULT, timestamp = DEFAULT, autocommit = 1` },
    {
      sql: `SET SESSION lock_wait_timeout = ${lockTimeoutSeconds}, innodb_lock_wait_timeout = ${lockTimeoutSeconds}`,
    },
  ];
}
