import { MigratorError } from "../errors";
import type { Login, Logins } from "../login";
import type { Connection } from "./connection";
import type { Deadline } from "./database";

/**
 * Why a connection did not come about.
 *
 * - `login`: the database knows no such user, or not with this password.
 * - `rights`: the user may not use this database.
 * - `no-database`, `no-tls`, `certificate`: as they say.
 * - `name`: the host's name cannot be resolved.
 * - `other`: the database may be starting, paused or full.
 */
export interface ConnectFault {
  readonly kind: "login" | "rights" | "no-database" | "name" | "no-tls" | "certificate" | "other";
  readonly code: string;
}

/** One attempt to open one connection, within so many milliseconds. */
export type Attempt = (login: Login, timeoutMs: number) => Promise<Connection | ConnectFault>;

/** Longest wait for a paused or starting database, in milliseconds; Aurora takes 30 s and more to resume. */
const CONNECT_MS = 60_000;
const RETRY_MS = 500;

/**
 * Opens one connection: tries the logins in their order and waits for a database that is not there yet.
 * @throws MigratorError `UNREACHABLE`, `ACCESS_DENIED`
 */
export async function connectWith(
  attempt: Attempt,
  logins: Logins,
  deadline: Deadline,
): Promise<{ readonly connection: Connection; readonly database: string }> {
  const until = Date.now() + Math.min(deadline.remainingMs(), CONNECT_MS);
  let refused: MigratorError | undefined;
  for await (const login of logins()) {
    const opened = await openWith(attempt, login, until);
    if (!("refused" in opened)) return { connection: opened, database: login.database };
    refused = opened.refused;
  }
  throw refused ?? new MigratorError("INVALID_SETTINGS", "There is no login for the database.");
}

/** Retries while waiting can help. Returns an error only for a refused login, so that the next one can be tried. */
async function openWith(
  attempt: Attempt,
  login: Login,
  until: number,
): Promise<Connection | { readonly refused: MigratorError }> {
  const start = Date.now();
  for (;;) {
    const opened = await attempt(login, Math.max(until - Date.now(), 1_000));
    if (!("kind" in opened)) return opened;
    const error = toError(opened, login);
    if (opened.kind === "login") return { refused: error };
    if (Date.now() + RETRY_MS >= Math.min(until, start + patienceMs(opened))) throw error;
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

/** Names appear and vanish while an endpoint fails over, but a misspelt one must not cost a minute. */
function patienceMs({ kind }: ConnectFault): number {
  if (kind === "name") return 5_000;
  return kind === "other" ? Number.POSITIVE_INFINITY : 0;
}

/** Texts name neither host nor user: invoke results end up in build logs. */
function toError({ kind, code }: ConnectFault, { database }: Login): MigratorError {
  switch (kind) {
    case "login":
      return new MigratorError("ACCESS_DENIED", "The database refused the user or the password.", {
        advice: "Check DATABASE_URL, or the secret that DATABASE_SECRET_ID names.",
      });
    case "rights":
      return new MigratorError("ACCESS_DENIED", `The user may not use the database ${database}.`, {
        advice:
          "Grant it the privileges that docs/privileges.md lists; MySQL says the same where there is no such database.",
      });
    case "no-database":
      return unreachable(`There is no database ${database} on this server.`, "Create it, or correct its name.");
    case "name":
      return unreachable(
        `The database's host name is unknown (${code}).`,
        "Correct the host, or let this function's VPC resolve it.",
      );
    case "no-tls":
      return unreachable(
        "The database offers no TLS.",
        "Enable TLS on the server; a connection to another host is always encrypted.",
      );
    case "certificate":
      return unreachable(
        "The database's certificate was not accepted.",
        "Use the endpoint's own name as host; for a server outside RDS give its certificate authority in DATABASE_CA.",
      );
    case "other":
      return unreachable(
        `The database cannot be reached (${code}).`,
        "Check host and port, and that its security group admits this function's.",
      );
  }
}

function unreachable(message: string, advice: string): MigratorError {
  return new MigratorError("UNREACHABLE", message, { advice });
}

/** The code that an error carries. */
export function codeOf(reason: unknown): string {
  const code = (reason as { readonly code?: unknown } | undefined)?.code;
  return typeof code === "string" ? code : "no code";
}

/** How every connection says that it is gone. */
export function lost(code: string): MigratorError {
  return new MigratorError("CONNECTION_LOST", `The connection to the database was lost (${code}).`, {
    advice: "Call again: what the server was given is finished or undone, and the next call goes on from there.",
  });
}
