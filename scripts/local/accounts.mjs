import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export const DATABASE = "app";
const USER = "migrator";
const ADMIN = "admin";

/** The password of a folder's server: random, made once, readable by its owner alone. */
export function passwordOf(folder) {
  const path = join(folder, "password");
  if (!existsSync(path)) writeFileSync(path, randomBytes(18).toString("hex"), { mode: 0o600 });
  return readFileSync(path, "utf8").trim();
}

/**
 * Writes what the server runs at each start, before it lets anyone in: one statement to a line, each harmless to repeat.
 * Development gets a user for one database; tests also get an administrator, who makes databases and users of their own.
 */
export function writeInitFile(path, { kind, use, password }) {
  const lines = [`CREATE DATABASE IF NOT EXISTS ${DATABASE}`, ...user(USER, password)];
  lines.push(`GRANT ALL PRIVILEGES ON ${DATABASE}.* TO '${USER}'@'%'`);
  if (use === "tests")
    lines.push(...user(ADMIN, password), `GRANT ALL PRIVILEGES ON *.* TO '${ADMIN}'@'%' WITH GRANT OPTION`);
  // MySQL's new data folder has a root without a password; MariaDB's root is open to the system's root alone.
  if (kind === "mysql") lines.push(`ALTER USER 'root'@'localhost' IDENTIFIED BY '${password}'`);
  // A container may read it as another user; the folder it lies in is closed to everyone else.
  const mode = kind === "docker" ? 0o644 : 0o600;
  rmSync(path, { force: true }); // the mode is that of a new file
  writeFileSync(path, lines.map((line) => `${line};\n`).join(""), { mode });
}

export function urlsOf({ host, port, use, password }) {
  const url = `mysql://${USER}:${password}@${host}:${port}/${DATABASE}`;
  return use === "tests" ? { url, adminUrl: `mysql://${ADMIN}:${password}@${host}:${port}` } : { url };
}

// A password lost and made anew is given to the user that is there already. The server listens on the loopback address
// alone, but a container sees its connections come from elsewhere: hence any host.
function user(name, password) {
  return [
    `CREATE USER IF NOT EXISTS '${name}'@'%' IDENTIFIED BY '${password}'`,
    `ALTER USER '${name}'@'%' IDENTIFIED BY '${password}'`,
  ];
}
