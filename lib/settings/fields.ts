import { isIP } from "node:net";
import type { DialectName } from "../migration";
import { DEFAULT_PORTS } from "./dialect";
import { invalid, type Reading } from "./problems";

/** What may be known of a login before it is complete. */
export interface Fields {
  /** That of the migrations: nothing else gets this far. */
  readonly dialect: DialectName;
  readonly host?: string;
  readonly port?: number;
  readonly user?: string;
  readonly password?: string;
  readonly database?: string;
}

export type CompleteFields = Required<Omit<Fields, "database">> & Pick<Fields, "database">;

/** Whether a login must name a database by itself: it need not where DATABASES says which ones a Command may name. */
export type OwnDatabase = "needed" | "optional";

/** Where fields came from: how to name it in a sentence, and what to do about each field that it lacks. */
export interface Origin {
  readonly subject: string;
  readonly database: OwnDatabase;
  readonly advice: Readonly<Record<"host" | "user" | "password" | "database", string>>;
}

const NAMES = { host: "host", user: "user", password: "password", database: "database name" } as const;

/** Fills in the port; everything else that is needed must be there. */
export function completeFields(fields: Fields, origin: Origin): Reading<CompleteFields> {
  const { host, user, password, port, database } = fields;
  const complete = database !== undefined || origin.database === "optional";
  if (host !== undefined && user !== undefined && password !== undefined && complete) {
    return { value: { ...fields, host, port: port ?? DEFAULT_PORTS[fields.dialect], user, password } };
  }
  const needed = ["host", "user", "password", ...(origin.database === "needed" ? ["database" as const] : [])] as const;
  const missing = needed.filter((name) => fields[name] === undefined);
  return { problems: missing.map((name) => invalid(`${origin.subject} has no ${NAMES[name]}`, origin.advice[name])) };
}

/** A DNS name or an IP address; nothing that a URL, a port or a path would add to it. */
export function isHost(text: string): boolean {
  return isIP(text) !== 0 || /^(?=.{1,253}$)[\w-]{1,63}(\.[\w-]{1,63})*\.?$/.test(text);
}

/** The name becomes part of statements and lock names: whatever a server could take for more than a name is refused. */
export function isDatabaseName(text: string, dialect: DialectName): boolean {
  if (dialect === "postgres") return isPostgresName(text) && !/[/\\]/.test(text);
  return /^[^\p{C}/\\.`]{1,64}$/u.test(text);
}

/** Whether PostgreSQL keeps the name as it is: it cuts off what is longer than 63 bytes, without an error. */
export function isPostgresName(text: string): boolean {
  return /^\P{C}+$/u.test(text) && Buffer.byteLength(text) <= 63;
}

/** @returns undefined for anything that is not a TCP port */
export function toPort(value: string | number): number | undefined {
  const port = typeof value === "string" && /^\d{1,5}$/.test(value) ? Number(value) : value;
  return typeof port === "number" && Number.isInteger(port) && port >= 1 && port <= 65_535 ? port : undefined;
}
