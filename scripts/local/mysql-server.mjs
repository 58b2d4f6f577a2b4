import { join } from "node:path";
import { ADMIN, DATABASE, USER, writeStatements } from "./accounts.mjs";
import { mysqlGreets } from "./greeting.mjs";
import { dockerLaunch } from "./mysql-docker.mjs";
import { nativeLaunch } from "./mysql-native.mjs";

const ALWAYS = ["--skip-name-resolve", "--skip-log-bin", "--character-set-server=utf8mb4"];
/** Test data need not outlive the machine. */
const FAST = ["--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=64M", "--max-connections=500"];

/** How to run a MySQL-family server; see start-server.mjs for what this is given and gives. */
export async function mysqlLaunch(setup) {
  const { program, folder, use, host, port, password } = setup;
  const initFile = join(folder, "init.sql");
  // A container may read it as another user; the folder it lies in is closed to everyone else.
  writeStatements(initFile, statements(program, use, password), program.kind === "docker" ? 0o644 : 0o600);
  const options = use === "tests" ? [...ALWAYS, ...FAST] : ALWAYS;
  const prepare = program.kind === "docker" ? dockerLaunch : nativeLaunch;
  const { greeting, ...launch } = await prepare({ ...setup, initFile, options });
  return {
    ...launch,
    stopSignal: "SIGTERM",
    isUp: async () => (await Promise.all(greeting.map(mysqlGreets))).every(Boolean),
    urls: {
      url: `mysql://${USER}:${password}@${host}:${port}/${DATABASE}`,
      ...(use !== "development" && { adminUrl: `mysql://${ADMIN}:${password}@${host}:${port}` }),
    },
  };
}

/** What the server runs at each start, before it lets anyone in: each harmless to repeat. */
function statements(program, use, password) {
  const lines = [`CREATE DATABASE IF NOT EXISTS ${DATABASE}`, ...user(USER, password)];
  lines.push(`GRANT ALL PRIVILEGES ON ${DATABASE}.* TO '${USER}'@'%'`);
  if (use !== "development")
    lines.push(...user(ADMIN, password), `GRANT ALL PRIVILEGES ON *.* TO '${ADMIN}'@'%' WITH GRANT OPTION`);
  // MySQL's new data folder has a root without a password; MariaDB's root is open to the system's root alone.
  if (program.kind === "mysql") lines.push(`ALTER USER 'root'@'localhost' IDENTIFIED BY '${password}'`);
  return lines;
}

// A password lost and made anew is given to the user that is there already. The server listens on the loopback address
// alone, but a container sees its connections come from elsewhere: hence any host.
function user(name, password) {
  return [
    `CREATE USER IF NOT EXISTS '${name}'@'%' IDENTIFIED BY '${password}'`,
    `ALTER USER '${name}'@'%' IDENTIFIED BY '${password}'`,
  ];
}
