/** What the doctor looks at, in the order in which a person reads it. */
export type CheckName =
  | "secrets-manager"
  | "s3"
  | "dns"
  | "tcp"
  | "tls"
  | "authentication"
  | "version"
  | "writer"
  | "clock"
  | "privileges"
  | "pooler";

/**
 * What one check found.
 *
 * - `failed`: `migrate` would not work.
 * - `warning`: it would, and something is not as it should be.
 * - `skipped`: there was nothing to check, or what it depends on has failed.
 */
export interface Finding {
  readonly check: CheckName;
  readonly result: "ok" | "warning" | "failed" | "skipped";
  /** What is, one sentence. It names no host, no user and no secret. */
  readonly message: string;
  /** What to do about it. */
  readonly advice?: string;
  /** How long it took, in milliseconds; 0 where another check has answered it. */
  readonly ms: number;
}
