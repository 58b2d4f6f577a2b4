import { crc32 } from "node:zlib";
import type { SourceSums } from "../migration";
import { sha256 } from "./checksum";

/** @param text with its byte order mark, if it has one */
export function sourceSums(text: string): SourceSums {
  const lines = text.split(/\r\n|\n|\r/);
  const forms = [text, lines.join("\n"), lines.join("\r\n")];
  const own = lines.map((line, i) => (i === 0 ? line.replace(/^\uFEFF/, "") : line));
  return {
    sha256: [...new Set(forms.map(sha256))],
    crc32: own.reduce((sum, line) => crc32(line, sum), 0) | 0,
  };
}
