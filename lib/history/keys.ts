import { crc32 } from "node:zlib";

/** A file name without the extension of a migration. */
export function withoutExtension(name: string): string {
  return name.replace(/(?:(?:\.up)?\.sql|\.[cm]?[jt]s|\.coffee)$/, "");
}

/** The digits that a name begins with, as they stand. */
export function leadingDigits(name: string): string | undefined {
  return /^\d+/.exec(name)?.[0];
}

/** The number that a name begins with: `007` is 7. */
export function leadingNumber(name: string): string | undefined {
  const digits = leadingDigits(name);
  return digits === undefined ? undefined : BigInt(digits).toString();
}

/** Of `V1_2__add_orders`, 1.2: parts are numbers, and 1.0 is 1. A converted file may have lost its prefix. */
export function flywayVersion(name: string): string | undefined {
  const version =
    /^[A-Za-z]*(\d+(?:[._]\d+)*)(?:__.*)?$/.exec(name)?.[1] ?? /^[A-Za-z]*(\d+(?:\.\d+)*)/.exec(name)?.[1];
  if (version === undefined) return undefined;
  const parts = version.split(/[._]/).map((part) => BigInt(part).toString());
  while (parts.length > 1 && parts.at(-1) === "0") parts.pop();
  return parts.join(".");
}

/** Negative when version `a` comes first; both as `flywayVersion` or `leadingNumber` give them. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a.split("."), b.split(".")];
  for (let part = 0; part < Math.max(left.length, right.length); part += 1) {
    const [x, y] = [BigInt(left[part] ?? 0), BigInt(right[part] ?? 0)];
    if (x !== y) return x < y ? -1 : 1;
  }
  return 0;
}

/** Java's `String.hashCode`. */
export function javaHash(text: string): number {
  let hash = 0;
  for (let at = 0; at < text.length; at += 1) hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0;
  return hash;
}

/** golang-migrate's number for a lock. */
export function golangLock(text: string): string {
  return String(Math.imul(crc32(text), 1486364155) >>> 0);
}
