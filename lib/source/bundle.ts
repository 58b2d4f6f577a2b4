import type { DialectName, Migration } from "../migration";
import { type CodeModule, readModule, type Tool } from "./code-file";
import { fillEntry, type Loaded, usableEntries } from "./entries";
import type { FormatName } from "./format";
import type { PackedEntry } from "./packed";
import type { PlaceholderValues, SqlTemplate } from "./placeholder";
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
  readonly migrations: readonly (SqlEntry | CodeEntry | PackedEntry)[];
}

/**
 * A Source that was read at build time: neither a folder nor a parser is needed where it runs.
 * @param values of the placeholders in the files
 */
export function createBundle(manifest: Manifest, values: PlaceholderValues = {}): Source {
  const location = `the bundle of ${manifest.location}`;
  const { migrations, dialect, tool } = manifest;
  let loaded: readonly Migration[] | undefined;
  return {
    location,
    load: async () => {
      loaded ??= usableEntries(
        location,
        migrations.map((entry) => {
          // A copy would have it unpacked.
          if (entry.kind === "packed") return entry;
          return entry.kind === "sql" ? fillEntry(entry, { values, dialect }) : readCode(entry, tool);
        }),
      );
      return loaded;
    },
  };
}

function readCode(entry: CodeEntry, tool: Tool | undefined): Loaded {
  const { kind, file, module, transaction, context, ...described } = entry;
  const scripts = readModule(entry, tool);
  if (typeof scripts !== "string") return { ...described, ...scripts };
  const message = `${file} ${scripts}`;
  return { problems: [{ code: "INVALID", message, migration: described.name, file }] };
}
