import type { DialectName } from "../../lib/migration";
import type { Wire } from "./wire";
import { mysqlWire } from "./wire-mysql";
import { postgresWire } from "./wire-postgres";

/** A command as a client sends it. */
export const COMMAND: Readonly<Record<DialectName, (sql: string) => Buffer>> = {
  mysql: (sql) => {
    const text = Buffer.from(`\x03${sql}`);
    return Buffer.concat([Buffer.from([text.length, 0, 0, 0]), text]);
  },
  postgres: (sql) => {
    const text = Buffer.from(`${sql}\0`);
    const head = Buffer.from("Q\0\0\0\0");
    head.writeInt32BE(text.length + 4, 1);
    return Buffer.concat([head, text]);
  },
};

/** Gives back every lock of the session it is slipped into, as a proxy that shares connections does. */
export const RELEASE: Readonly<Record<DialectName, string>> = {
  mysql: "DO RELEASE_ALL_LOCKS()",
  postgres: "SELECT pg_catalog.pg_advisory_unlock_all()",
};

/** What a session sends when it has nothing else to say: whether it comes in between is a matter of time. */
export const PING: Readonly<Record<DialectName, string>> = { mysql: "DO 0", postgres: "SELECT 1" };

export const WIRES: Readonly<Record<DialectName, () => Wire>> = { mysql: mysqlWire, postgres: postgresWire };
