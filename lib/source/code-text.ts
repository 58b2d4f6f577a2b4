import { sha256 } from "./checksum";
import type { Parsed } from "./format";
import { readCodeMarkers } from "./markers";
import { normaliseText } from "./sql-text";

/** Reads what a code file tells without being run. */
export function parseCodeFile(name: string, file: string, text: string): Parsed {
  const code = normaliseText(text);
  const checksum = sha256(code);
  return {
    migration: { kind: "code", name, file, checksum, normalised: checksum, ...readCodeMarkers(code) },
    problems: [],
  };
}
