import type { QueryError } from "mysql2";
import { maskMessage } from "../mask";
import type { ConnectFault } from "./connecting";
import type { ServerError } from "./connection";
import type { ErrorKind, Errors } from "./dialect";

/** What the server or the driver calls it, as a fault; anything else may pass. */
const FAULTS: Readonly<Record<string, ConnectFault["kind"]>> = {
  ER_ACCESS_DENIED_ERROR: "login",
  ER_ACCESS_DENIED_NO_PASSWORD_ERROR: "login",
  ER_DBACCESS_DENIED_ERROR: "rights",
  ER_BAD_DB_ERROR: "no-database",
  ENOTFOUND: "name",
  EAI_AGAIN: "name",
  HANDSHAKE_NO_SSL_SUPPORT: "no-tls",
  HANDSHAKE_SSL_ERROR: "certificate",
};

/** The server has no connection left for us at this moment. */
export const FULL: ReadonlySet<string> = new Set([
  "ER_CON_COUNT_ERROR",
  "ER_TOO_MANY_USER_CONNECTIONS",
  "ER_USER_LIMIT_REACHED",
]);

export function faultOf(code: string): ConnectFault {
  return { kind: FAULTS[code] ?? (FULL.has(code) ? "busy" : "other"), code };
}

const LOST = new Set([
  "PROTOCOL_CONNECTION_LOST",
  "ECONNRESET",
  "EPIPE",
  "ER_CONNECTION_KILLED",
  "ER_SERVER_SHUTDOWN",
  "ETIMEDOUT",
]);

/** Whether the connection is gone, as opposed to a statement that failed. */
export function isLost(error: QueryError): boolean {
  return error.fatal || LOST.has(error.code) || error.code.startsWith("PROTOCOL_ENQUEUE_AFTER_");
}

const KINDS: Readonly<Record<string, ErrorKind>> = {
  ER_LOCK_WAIT_TIMEOUT: "contention",
  ER_LOCK_DEADLOCK: "contention",
  // See `lockCheckFails`.
  ER_DATA_OUT_OF_RANGE: "lock-check",
  ER_NO_SUCH_TABLE: "unreadable",
  ER_BAD_FIELD_ERROR: "unreadable",
  ER_TABLEACCESS_DENIED_ERROR: "denied",
  ER_DBACCESS_DENIED_ERROR: "denied",
  // Of a START TRANSACTION READ WRITE, with which all of ours begins.
  ER_OPTION_PREVENTS_STATEMENT: "read-only",
  ER_READ_ONLY_MODE: "read-only",
  ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION: "read-only-transaction",
};

export const mysqlErrors: Errors = {
  isServerError: (error): error is ServerError => error instanceof Error && "sqlState" in error && "errno" in error,
  kindOf: ({ code }) => KINDS[code] ?? "other",
  // Of a syntax error the server quotes what follows, and that goes on with our own statements; its line counts within the message.
  wordsOf: ({ message }) => {
    const own = message.replace(/(?:\n|(near '));\n[\s\S]*?(' at line \d+)$/, "$1$2").replace(/ at line \d+$/, "");
    return maskMessage(own).replace(/\s+/g, " ").trim();
  },
};
