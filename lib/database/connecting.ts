import { MigratorError } from "../errors";
import type { Login, Logins } from "../login";
import type { DialectName } from "../migration";
import type { Connection } from "./connection";
import type { Deadline } from "./database";

/**
 * Why a connection did not come about.
 *
 * - `login`: the database knows no such user, or not with this password.
 * - `rights`: the user may not use this database.
 * - `no-database`, `no-tls`, `certificate`: as they say.
 * - `name`: the host's name cannot be resolved.
 * - `busy`: the server is there, and starting or without a free connection.
 * - `other`: the database may be stopped or paused.
 */
export interface ConnectFault {
  readonly kind: "login" | "rights" | "no-database" | "name" | "no-tls" | "certificate" | "busy" | "other";
  readonly code: string;
}

/** One attempt to open one connection, within so many milliseconds. */
export type Attempt = (login: Login, timeoutMs: number) => Promise<Connection | ConnectFault>;

/** Longest wait for a database that gives no sign, in milliseconds; Aurora takes 30 s and more to resume. */
const SILENT_MS = 60_000;
/** Pauses grow, and many callers do not keep in step. */
const PAUSE_MS = { first: 250, most: 2_000 };
/** Kept back of a caller's time to find out what stands in the way, in milliseconds; at most half of it. */
const LOOK_MS = 3_000;

/**
 * Opens one connection: tries the logins in their order and waits for a database that is not there yet.
 * @throws MigratorError `UNREACHABLE`, `ACCESS_DENIED`
 */
export async function connectWith(
  attempt: Attempt,
  logins: Logins,
  deadline: Deadline,
): Promise<{ readonly connection: Connection; readonly database: string }> {
  const remainingMs = deadline.remainingMs();
  const until = performance.now() + Math.max(remainingMs - LOOK_MS, remainingMs / 2);
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
  const start = performance.now();
  for (let longest = PAUSE_MS.first; ; longest = Math.min(longest * 2, PAUSE_MS.most)) {
    const opened = await attempt(login, Math.max(Math.min(until - performance.now(), SILENT_MS), 1_000));
    if (!("kind" in opened)) return opened;
    const error = connectError(opened, login);
    if (opened.kind === "login") return { refused: error };
    const pauseMs = longest * (0.5 + Math.random() / 2);
    if (performance.now() + pauseMs >= Math.min(until, start + patienceMs(opened))) throw error;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

/** Names appear and vanish while an endpoint fails over, but a misspelt one must not cost a minute. */
function patienceMs({ kind }: ConnectFault): number {
  switch (kind) {
    case "busy":
      return Number.POSITIVE_INFINITY;
    case "other":
      return SILENT_MS;
    case "name":
      return 5_000;
    default:
      return 0;
  }
}

/** What a user must have that logs in with a token: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.DBAccounts.html */
const IAM_USERS: Readonly<Record<DialectName, string>> = {
  mysql: "Create the user with AWSAuthenticationPlugin",
  postgres: "GRANT rds_iam to the user",
};

/** Texts name neither host nor user: invoke results end up in build logs. */
export function connectError({ kind, code }: ConnectFault, { database, dialect, token }: Login): MigratorError {
  switch (kind) {
    case "login":
      return new MigratorError("ACCESS_DENIED", "The database refused the user or the password.", {
        advice: token
          ? `${IAM_USERS[dialect]}, and allow the function's role rds-db:connect as that user.`
          : "Check DATABASE_URL, or the secret that DATABASE_SECRET_ID names.",
      });
    case "rights":
      return new MigratorError("ACCESS_DENIED", `The user may not use the database ${database}.`, {
        advice:
          "Grant it the privileges that docs/privileges.md lists; MySQL says the same where there is no such database.",
      });
    case "no-database":
      return new MigratorError("UNREACHABLE", `There is no database ${database} on this server.`, {
        advice: "Create it, or correct its name.",
        answered: true,
      });
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
    case "busy":
      return new MigratorError("UNREACHABLE", `The database is starting, or has no connection free (${code}).`, {
        advice: "Call again; if that goes on, close connections of other clients, or allow more.",
        answered: true,
      });
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
