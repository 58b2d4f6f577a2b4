import { MigratorError } from "../errors";
import type { Migration, SqlScript } from "../migration";
import type { Problem } from "../report";
import { readModule } from "./code-file";
import type { Source } from "./source";

/** What is known of a migration without its script. */
export type Described = Pick<Migration, "name" | "checksum" | "normalised" | "phase" | "transaction">;

export interface SqlEntry extends Described {
  readonly kind: "sql";
  readonly up: SqlScript;
  readonly down?: SqlScript;
}

export interface CodeEntry extends Described {
  readonly kind: "code";
  /** Path of the file relative to the folder. */
  readonly file: string;
  /** What `import * as` gives for the file. */
  readonly module: unknown;
}

/** What the build writes down of a folder of migrations. */
export interface Manifest {
  /** The folder, as it was named at the build. */
  readonly location: string;
  /** Hex sha256 over the names and checksums, in order of application: equal means the same set. */
  readonly digest: string;
  /** In order of application. */
  readonly migrations: readonly (SqlEntry | CodeEntry)[];
}

/** A Source that was read at build time: neither a folder nor a parser is needed where it runs. */
export function createBundle(manifest: Manifest): Source {
  const location = `the bundle of ${manifest.location}`;
  return {
    location,
    load: async () => {
      const read = manifest.migrations.map(readEntry);
      const problems = read.flatMap((one) => ("code" in one ? [one] : []));
      if (read.length === 0) problems.push({ code: "INVALID", message: `${location} holds no migrations` });
      if (problems.length > 0) {
        const list = problems.map(({ message }) => message).join("; ");
        throw new MigratorError("INVALID_MIGRATIONS", `${location} cannot be used: ${list}`, { problems });
      }
      return read.flatMap((one) => ("code" in one ? [] : [one]));
    },
  };
}

function readEntry(entry: SqlEntry | CodeEntry): Migration | Problem {
  const { name, checksum, normalised, phase, transaction } = entry;
  const described = { name, checksum, normalised, phase, transaction };
  if (entry.kind === "sql") return { ...described, up: entry.up, ...(entry.down && { down: entry.down }) };
  const scripts = readModule(entry.file, entry.module);
  if (typeof scripts !== "string") return { ...described, ...scripts };
  return { code: "INVALID", message: `${entry.file} ${scripts}`, migration: name, file: entry.file };
}
