import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export const DATABASE = "app";
/** Whom development gets: a user for one database. */
export const USER = "migrator";
/** Whom tests get besides: makes databases and users of their own. */
export const ADMIN = "admin";

/** The password of a folder's server: random, made once, readable by its owner alone. */
export function passwordOf(folder) {
  const path = join(folder, "password");
  if (!existsSync(path)) writeFileSync(path, randomBytes(18).toString("hex"), { mode: 0o600 });
  return readFileSync(path, "utf8").trim();
}

/** Writes statements for a server to read, one to a line. */
export function writeStatements(path, statements, mode = 0o600) {
  rmSync(path, { force: true }); // the mode is that of a new file
  writeFileSync(path, statements.map((statement) => `${statement};\n`).join(""), { mode });
}
