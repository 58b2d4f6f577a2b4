export type ServerName = "mysql" | "postgres14" | "postgres18";

/** The servers that tests use, and for each the variable that names one to use instead, by an administrator's login. */
export const TEST_VARIABLES: Readonly<Record<ServerName, string>>;

export interface HeldServer {
  readonly host: string;
  readonly port: number;
  /** Login of the user that owns the database `app`. */
  readonly url: string;
  /** Login of an administrator, to no database of anybody. Not with use "development". */
  readonly adminUrl?: string;
  /** Process id of the database server itself. */
  readonly pid: number;
  /** Product and program, for people. */
  readonly program: string;
  /** Resolves when the server is gone, whatever the reason. */
  readonly exited: Promise<void>;
  /** Stops the server and waits for its end. */
  stop(): Promise<void>;
}

/**
 * Starts a private server with its data in `folder`; it stops at the latest when this process ends.
 * "tests": fast rather than durable, with an administrator, and `folder` is removed at the end unless it has a file `kept`.
 * "benchmark": the same, as durable as the product is by default.
 * @throws Error when it does not start; the reason is on standard error by then.
 */
export function holdServer(
  folder: string,
  use: "development" | "tests" | "benchmark",
  name: ServerName,
): Promise<HeldServer>;
