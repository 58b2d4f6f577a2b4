import { MigratorError } from "../errors";

/** SQLSTATEs of PostgreSQL and numbers of MySQL: a table or a column that is not there. */
const ABSENT: ReadonlySet<unknown> = new Set(["42P01", "42703", "3F000", 1146, 1054]);
const DENIED: ReadonlySet<unknown> = new Set(["42501", 1142, 1143, 1044]);
/** Refused under NOWAIT; MariaDB has no number of its own for that. */
const BUSY: ReadonlySet<unknown> = new Set([3572, 1205]);

/** What the server calls it; query builders wrap the driver's error. */
function codesOf(error: unknown): readonly unknown[] {
  const { code, errno, cause } = (typeof error === "object" && error !== null ? error : {}) as {
    readonly code?: unknown;
    readonly errno?: unknown;
    readonly cause?: unknown;
  };
  return [code, errno, ...(cause === undefined || cause === error ? [] : codesOf(cause))];
}

export function isBusy(error: unknown): boolean {
  return codesOf(error).some((code) => BUSY.has(code));
}

/** @returns the error itself where it is not of the journal */
export function journalFault(error: unknown): unknown {
  const codes = codesOf(error);
  if (codes.some((code) => ABSENT.has(code))) {
    return new MigratorError("OUT_OF_DATE", "The journal is not there, or is older than this Guard.", {
      advice: "Migrate; see whether the Guard has the schema and the tables that the migrator's settings name.",
    });
  }
  if (codes.some((code) => DENIED.has(code))) {
    return new MigratorError("ACCESS_DENIED", "The application's database user may not read the journal.", {
      advice: "Grant it SELECT on the tables migration and migration_step.",
    });
  }
  return error;
}

/** For callers that know no driver. Neither its text nor the error itself, which may hold a host. */
export function unreadable(error: unknown): MigratorError {
  if (error instanceof MigratorError) return error;
  const [code = "unknown"] = codesOf(error).filter((one) => typeof one === "string");
  return new MigratorError("UNREACHABLE", `The journal cannot be read (${String(code)}).`, {
    advice: "See whether the application reaches its database.",
  });
}
