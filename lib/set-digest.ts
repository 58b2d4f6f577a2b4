import { createHash } from "node:crypto";
import type { Migration } from "./migration";

type Entry = Pick<Migration, "name" | "checksum">;

/** What tells one set of migrations from another. Hex sha256 over names and checksums, in order of application. */
export function digestOfSet(migrations: readonly Entry[]): string {
  const text = migrations.map(({ name, checksum }) => `${name}\n${checksum}\n`).join("");
  return createHash("sha256").update(text).digest("hex");
}

/** By the array itself: a set that can change is loaded anew, into another one. */
const digests = new WeakMap<readonly Entry[], string>();

/**
 * As `digestOfSet`, in the order of the names' bytes, in which a server can put the rows of its journal. Beyond the basic
 * plane JavaScript orders otherwise: then the two differ, and whoever compares them has to look at the rows.
 * Computed once for an array, which must stay as it is.
 */
export function digestByName(migrations: readonly Entry[]): string {
  const digest = digests.get(migrations) ?? digestOfSet(migrations.toSorted((a, b) => (a.name < b.name ? -1 : 1)));
  digests.set(migrations, digest);
  return digest;
}
