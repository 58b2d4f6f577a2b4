import type { Problem } from "../../report";
import { compareBytes, compareVersions, fileName, refuse, versionParts } from "../file-names";

export interface FlywayFile {
  /** Path relative to the Source. */
  readonly file: string;
  readonly kind: "V" | "U" | "R";
  /** Without zeros at its end; empty for a repeatable. */
  readonly version: readonly bigint[];
  /** File name without its extension. */
  readonly name: string;
  /** As it is in the name. */
  readonly description: string;
}

const script = /^([A-Z])([^/]*?)(?:__([^/]*))?\.sql$/is;

/** A name that no other format gives its files. */
export function isFlywayName(path: string): boolean {
  return /^(?:[VUB]\d+(?:[._]\d+)*|R)__.+\.(?:sql|SQL)$/s.test(fileName(path));
}

/** @returns undefined for what Flyway passes over */
export function readFlywayName(path: string): FlywayFile | Problem | undefined {
  const base = fileName(path);
  if (/^(?:after|before|create)[A-Z][A-Za-z]*(?:__[^/]*)?\.sql$/.test(base)) {
    return refuse(path, "is a callback of Flyway, which nothing would call", "Put what it does into a migration.");
  }
  const [, prefix = "", version = "", description = ""] = script.exec(base) ?? [];
  if (prefix === "B" && version !== "") {
    const advice =
      "Name it V… to run it on empty databases; for those that are there already, there is the command baseline.";
    return refuse(path, "is a baseline migration of Flyway, which is not supported", advice);
  }
  const name = base.replace(/\.sql$/i, "");
  if (prefix === "R") {
    if (version === "" && description !== "") return { file: path, kind: "R", version: [], name, description };
    return refuse(path, "a repeatable migration has no version: R__name.sql");
  }
  if (prefix !== "V" && prefix !== "U") return undefined;
  if (!/^\d+(?:[._]\d+)*$/.test(version)) {
    const fault = version === "" ? "has no version" : `has the version ${version}, which is none`;
    return refuse(
      path,
      `${fault}; a version is digits with dots or underscores between them, ended by two underscores`,
    );
  }
  return { file: path, kind: prefix, version: significant(versionParts(version)), name, description };
}

/** 1 and 1.0 are one version. */
function significant(parts: readonly bigint[]): readonly bigint[] {
  return parts.slice(0, parts.findLastIndex((part) => part !== 0n) + 1);
}

/** Versions first, by their value; then repeatables, by what they are called. */
export function compareFlyway(a: FlywayFile, b: FlywayFile): number {
  if (a.kind !== b.kind) return a.kind === "R" ? 1 : -1;
  return compareVersions(a.version, b.version) || compareBytes(a.description, b.description);
}
