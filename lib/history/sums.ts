import type { Migration } from "../migration";
import type { Sum } from "./tool";

/** Whether a migration's file is the one that another tool's checksum was made of; `unknown` where that cannot be told. */
export function checkSum(
  sum: Sum,
  stored: string | null | undefined,
  migration: Migration,
): "same" | "differs" | "unknown" {
  const { source } = migration;
  // Tools leave it empty for what they run as code.
  if (!stored) return "same";
  if (!source) return "unknown";
  const sums = sum === "crc32" ? [String(source.crc32)] : source.sha256.flatMap((hex) => [hex, unpadded(hex)]);
  return sums.includes(stored) ? "same" : "differs";
}

/** Prisma once wrote bytes below 16 with one digit. */
function unpadded(hex: string): string {
  return [...hex.matchAll(/../g)].map(([byte]) => Number.parseInt(byte, 16).toString(16)).join("");
}
