import type { MigratorError } from "./errors";

/** Opens a connection, for the doctor to ask the server what it is. */
export interface Examiner {
  /**
   * One attempt with each login, in turn.
   * @throws MigratorError `INVALID_SETTINGS`, `UNREACHABLE` when there is no login to try
   */
  open(withinMs: number): Promise<Examination | RefusedLogin>;
}

export interface RefusedLogin {
  readonly kind: "refused";
  /** Whether it was the server that refused, and so everything up to it is in order. */
  readonly by: "server" | "anything";
  readonly error: MigratorError;
}

/** One connection. None of the questions writes anything. Each may fail with the driver's error. */
export interface Examination {
  readonly kind: "open";
  readonly database: string;
  facts(): Promise<ServerFacts>;
  /** What is lacking of the privileges that docs/privileges.md demands. @throws MigratorError `INVALID_SETTINGS` */
  lacking(): Promise<readonly LackingPrivilege[]>;
  /** What gives away that somebody stands between this connection and the server. */
  between(): Promise<readonly PoolerSign[]>;
  /** Closes the socket at once. */
  close(): void;
}

export interface ServerFacts {
  /** Product and version: `MariaDB 10.11.19`. */
  readonly version: string;
  /** `unsupported`: the journal cannot be kept there. `old`: it can, and it is older than what this is tried with. */
  readonly standing: "supported" | "old" | "unsupported";
  /** The oldest that is supported, for a sentence. */
  readonly oldest: string;
  readonly writes: "yes" | "reader" | "read-only";
  /** By how much the server's clock is ahead of this one's, in milliseconds. */
  readonly clockAheadMs: number;
}

export interface LackingPrivilege {
  readonly privilege: string;
  /** The table or schema, as the settings name it. */
  readonly on: string;
  /** The first command that does not work without it. */
  readonly neededBy: "migrate" | "rollback" | "accept";
}

/**
 * - `shared`: two sessions of ours meet in one of the server's, or one of ours moves between several.
 * - `lock`: a lock that was taken in one statement is not held in the next.
 * - `id`: the handshake announced another connection id than the server has.
 * - `name`: it says by its name what it is.
 */
export type PoolerSign = "shared" | "lock" | "id" | "name";
