import type { DialectName } from "./migration";

/** Everything needed to open one connection. `password` is not enumerable, so that no log or error can show it. */
export interface Login {
  readonly dialect: DialectName;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** Certificate authorities (PEM) to verify the server against; absent for a local server: no TLS. */
  readonly tls?: { readonly ca: readonly string[] };
  /** True for IAM authentication: the password is a token that the server must receive as it is, over TLS. */
  readonly token: boolean;
}

/** What the settings say: the database's name may be left to each Command. */
export type InstanceLogin = Omit<Login, "database"> & { readonly database?: string };

/** As Logins, and from the same source, for all databases of a server. */
export type InstanceLogins = () => AsyncIterable<InstanceLogin>;

/**
 * Logins in the order in which they are to be tried, the likeliest first. The next one is asked for only when the
 * database refused the last one's user or password, so a rotated secret is read again then and not before.
 * @throws MigratorError `INVALID_SETTINGS` when a secret cannot be read or completed, `UNREACHABLE` when Secrets Manager
 * does not answer.
 */
export type Logins = () => AsyncIterable<Login>;
