import type { QueryError } from "mysql2";
import { MigratorError } from "../errors";
import type { Login } from "../login";
import { maskMessage } from "../mask";

/**
 * Why a connection did not come about.
 *
 * - `refused`: another login may do.
 * - `waiting`: the database may be starting, paused or full; worth `patienceMs`.
 * - `hopeless`: waiting changes nothing.
 */
export type ConnectFailure =
  | { readonly kind: "refused"; readonly error: MigratorError }
  | { readonly kind: "hopeless"; readonly error: MigratorError }
  | { readonly kind: "waiting"; readonly patienceMs: number; readonly error: MigratorError };

/** Whether this is the server's refusal of a statement, as opposed to an error of our own. */
export function isServerError(error: unknown): error is QueryError {
  return error instanceof Error && "sqlState" in error && "errno" in error;
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

/** Whether the server has no connection left for us at this moment. */
export function isFull(error: QueryError): boolean {
  return ["ER_CON_COUNT_ERROR", "ER_TOO_MANY_USER_CONNECTIONS", "ER_USER_LIMIT_REACHED"].includes(error.code);
}

/** Names appear and vanish while an endpoint fails over, but a misspelt one must not cost a minute. */
const NAME_MS = 5_000;

function unreachable(message: string, advice: string): MigratorError {
  return new MigratorError("UNREACHABLE", message, { advice });
}

/** Texts name neither host nor user: invoke results end up in build logs. */
export function connectFailure(reason: unknown, login: Login): ConnectFailure {
  const code = codeOf(reason);
  switch (code) {
    case "ER_ACCESS_DENIED_ERROR":
    case "ER_ACCESS_DENIED_NO_PASSWORD_ERROR":
      return {
        kind: "refused",
        error: new MigratorError("ACCESS_DENIED", "The database refused the user or the password.", {
          advice: "Check DATABASE_URL, or the secret that DATABASE_SECRET_ID names.",
        }),
      };
    case "ER_DBACCESS_DENIED_ERROR":
      return {
        kind: "hopeless",
        error: new MigratorError("ACCESS_DENIED", `The user may not use the database ${login.database}.`, {
          advice: "Grant it the privileges that docs/privileges.md lists.",
        }),
      };
    case "ER_BAD_DB_ERROR":
      return {
        kind: "hopeless",
        error: unreachable(
          `There is no database ${login.database} on this server.`,
          "Create it, or correct the name in the settings.",
        ),
      };
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return {
        kind: "waiting",
        patienceMs: NAME_MS,
        error: unreachable(
          `The database's host name is unknown (${code}).`,
          "Correct the host, or let this function's VPC resolve it.",
        ),
      };
    case "HANDSHAKE_NO_SSL_SUPPORT":
      return {
        kind: "hopeless",
        error: unreachable(
          "The database offers no TLS.",
          "Enable TLS on the server; a connection to another host is always encrypted.",
        ),
      };
    case "HANDSHAKE_SSL_ERROR":
      return {
        kind: "hopeless",
        error: unreachable(
          "The database's certificate was not accepted.",
          "Use the endpoint's own name as host; for a server outside RDS give its certificate authority in DATABASE_CA.",
        ),
      };
    default:
      return {
        kind: "waiting",
        patienceMs: Number.POSITIVE_INFINITY,
        error: unreachable(
          `The database cannot be reached (${code}).`,
          "Check host and port, and that its security group admits this function's.",
        ),
      };
  }
}

function codeOf(reason: unknown): string {
  const code = (reason as { readonly code?: unknown } | undefined)?.code;
  return typeof code === "string" ? code : "no code";
}

/**
 * What the server says of a statement, on one line. Of a syntax error it quotes what follows, and that goes on with our own
 * statements; its line counts within the message.
 */
export function wordsOf({ message }: QueryError): string {
  const own = message.replace(/\n;\n[\s\S]*?(' at line \d+)$/, "$1").replace(/ at line \d+$/, "");
  return maskMessage(own).replace(/\s+/g, " ").trim();
}

/** A lock wait or a deadlock: nothing of the statement took effect, and later it may well succeed. */
export function isContention(error: QueryError): boolean {
  return error.code === "ER_LOCK_WAIT_TIMEOUT" || error.code === "ER_LOCK_DEADLOCK";
}

/** Our own statements fail this way when the lock is not held; see `whileLocked`. */
export function isLockCheck(error: QueryError): boolean {
  return error.code === "ER_SUBQUERY_NO_1_ROW";
}
