import { isIP } from "node:net";
import type { DialectName } from "../migration";
import type { Problem } from "../report";
import { DEFAULT_DIALECT, DEFAULT_PORTS } from "./dialect";
import { invalid, type Reading } from "./problems";

/** What may be known of a login before it is complete. */
export interface Fields {
  readonly dialect?: DialectName;
  readonly host?: string;
  readonly port?: number;
  readonly user?: string;
  readonly password?: string;
  readonly database?: string;
}

export type CompleteFields = Required<Fields>;

/** Where fields came from: how to name it in a sentence, and what to do about each field that it lacks. */
export interface Origin {
  readonly subject: string;
  readonly advice: Readonly<Record<"host" | "user" | "password" | "database", string>>;
}

const NAMES = { host: "host", user: "user", password: "password", database: "database name" } as const;

/** Fills in dialect and port; everything else must be there. */
export function completeFields(fields: Fields, origin: Origin): Reading<CompleteFields> {
  const { host, user, password, database } = fields;
  if (host !== undefined && user !== undefined && password !== undefined && database !== undefined) {
    const dialect = fields.dialect ?? DEFAULT_DIALECT;
    return { value: { dialect, host, port: fields.port ?? DEFAULT_PORTS[dialect], user, password, database } };
  }
  const problems: Problem[] = [];
  for (const name of ["host", "user", "password", "database"] as const) {
    if (fields[name] === undefined)
      problems.push(invalid(`${origin.subject} has no ${NAMES[name]}`, origin.advice[name]));
  }
  return { problems };
}

/** A DNS name or an IP address; nothing that a URL, a port or a path would add to it. */
export function isHost(text: string): boolean {
  return isIP(text) !== 0 || /^(?=.{1,253}$)[\w-]{1,63}(\.[\w-]{1,63})*\.?$/.test(text);
}

/** The name becomes part of statements and lock names: whatever a server could take for more than a name is refused. */
export function isDatabaseName(text: string): boolean {
  return /^[^\p{C}/\\.`]{1,64}$/u.test(text);
}

/** @returns undefined for anything that is not a TCP port */
export function toPort(value: string | number): number | undefined {
  const port = typeof value === "string" && /^\d{1,5}$/.test(value) ? Number(value) : value;
  return typeof port === "number" && Number.isInteger(port) && port >= 1 && port <= 65_535 ? port : undefined;
}
