import { MigratorError } from "../errors";
import type { DialectName, Migration } from "../migration";
import type { Problem } from "../report";
import { sha256 } from "./checksum";
import { type CodeModule, readModule, type Tool } from "./code-file";
import type { FormatName } from "./format";
import { type Filling, fillScript, type PlaceholderValues, type SqlTemplate } from "./placeholder";
import type { Source } from "./source";

/** What is known of a migration without its script. */
export type Described = Pick<Migration, "name" | "checksum" | "normalised" | "source" | "phase" | "repeatable">;

export interface SqlEntry extends Described {
  readonly kind: "sql";
  readonly up: SqlTemplate;
  readonly down?: SqlTemplate;
}

export interface CodeEntry extends Described, CodeModule {
  readonly kind: "code";
}

/** What the build writes down of a folder of migrations. */
export interface Manifest {
  /** The folder, as it was named at the build. */
  readonly location: string;
  /** Hex sha256 over the names and checksums, in order of application: equal means the same set. */
  readonly digest: string;
  /** Whose SQL it is. */
  readonly dialect: DialectName;
  readonly format: FormatName;
  /** Absent: what the code files get is our own. */
  readonly tool?: Tool;
  /** In order of application. */
  readonly migrations: readonly (SqlEntry | CodeEntry)[];
}

type Loaded = Migration | { readonly problems: readonly Problem[] };

/**
 * A Source that was read at build time: neither a folder nor a parser is needed where it runs.
 * @param values of the placeholders in the files
 */
export function createBundle(manifest: Manifest, values: PlaceholderValues = {}): Source {
  const location = `the bundle of ${manifest.location}`;
  return {
    location,
    load: async () => {
      const read = manifest.migrations.map((entry) =>
        entry.kind === "sql" ? readSql(entry, { values, dialect: manifest.dialect }) : readCode(entry, manifest.tool),
      );
      const problems = read.flatMap((one) => ("problems" in one ? one.problems : []));
      if (read.length === 0) problems.push({ code: "INVALID", message: `${location} holds no migrations` });
      if (problems.length > 0) {
        const list = problems.map(({ message }) => message).join("; ");
        throw new MigratorError("INVALID_MIGRATIONS", `${location} cannot be used: ${list}`, { problems });
      }
      return read.flatMap((one) => ("problems" in one ? [] : [one]));
    },
  };
}

function readSql({ kind: _, up, down, ...described }: SqlEntry, filling: Filling): Loaded {
  const filled = fillScript(up, filling);
  const back = down && fillScript(down, filling);
  const problems = [...filled.problems, ...(back?.problems ?? [])];
  if (problems.length > 0) return { problems: problems.map((one) => ({ ...one, migration: described.name })) };
  return {
    ...described,
    // Other values are another migration to run again; of one that runs once, only the file counts.
    ...(described.repeatable && filled.used.length > 0 && withValues(described, filled.used)),
    up: filled.script,
    ...(back && { down: back.script }),
  };
}

function withValues({ checksum, normalised }: Described, used: readonly string[]) {
  const values = JSON.stringify(used);
  return { checksum: sha256(checksum + values), normalised: sha256(normalised + values) };
}

function readCode(entry: CodeEntry, tool: Tool | undefined): Loaded {
  const { kind, file, module, transaction, context, ...described } = entry;
  const scripts = readModule(entry, tool);
  if (typeof scripts !== "string") return { ...described, ...scripts };
  const message = `${file} ${scripts}`;
  return { problems: [{ code: "INVALID", message, migration: described.name, file }] };
}
