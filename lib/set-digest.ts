import { createHash } from "node:crypto";
import type { Migration } from "./migration";

/** What tells one set of migrations from another. Hex sha256 over names and checksums, in order of application. */
export function digestOfSet(migrations: readonly Pick<Migration, "name" | "checksum">[]): string {
  const text = migrations.map(({ name, checksum }) => `${name}\n${checksum}\n`).join("");
  return createHash("sha256").update(text).digest("hex");
}
