import { closeSync, existsSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ADMIN, DATABASE, USER, writeStatements } from "./accounts.mjs";
import { exitCode } from "./command.mjs";
import { postgresGreets } from "./greeting.mjs";
import { give, unlessRoot } from "./nobody.mjs";
import { Advice } from "./progress.mjs";

/** Test data need not outlive the machine. */
const FAST = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=300"];

/** How to run a PostgreSQL server; see start-server.mjs for what this is given and gives. */
export async function postgresLaunch(setup) {
  const { program, folder, scratch, use, host, port, password } = setup;
  // No major version opens the data of another.
  const data = join(folder, `data-${program.major}`);
  if (!existsSync(data)) await createData(setup, data);
  await execute(setup, { data, statements: accounts(use, password) });
  const hba = join(folder, "hba.conf");
  writeFileSync(hba, admission(use), { mode: 0o600 });
  const options = [`hba_file=${hba}`, `listen_addresses=${host}`, `unix_socket_directories="${scratch}"`];
  options.push("timezone=UTC", "log_timezone=UTC", ...(use === "tests" ? FAST : []));
  const args = ["-D", data, "-p", port, ...options.flatMap((option) => ["-c", option])].map(String);
  const targets = [{ path: join(scratch, `.s.PGSQL.${port}`) }, { host, port }];
  const greets = (target) => postgresGreets(target, { user: USER, database: DATABASE });
  return {
    ...unlessRoot(join(program.bin, "postgres"), args),
    facts: {},
    stopSignal: "SIGINT", // SIGTERM would wait for its clients to go
    isUp: async () => (await Promise.all(targets.map(greets))).every(Boolean),
    urls: {
      url: `postgres://${USER}:${password}@${host}:${port}/${DATABASE}`,
      ...(use !== "development" && { adminUrl: `postgres://${ADMIN}:${password}@${host}:${port}/postgres` }),
    },
  };
}

// Under another name until it is complete: a start that is killed meanwhile must not leave half of it behind.
async function createData(setup, data) {
  const draft = `${data}.new`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { mode: 0o700 });
  give(draft);
  const args = ["-D", draft, "-U", "postgres", "--auth=reject", "--encoding=UTF8", "--locale=C"];
  await runTool(setup, { name: "initdb", args: setup.use === "tests" ? [...args, "--no-sync"] : args });
  await execute(setup, { data: draft, statements: [`CREATE DATABASE ${DATABASE}`] });
  renameSync(draft, data);
}

// Without a server, and so without a password: before anyone is let in. Each statement takes one line.
async function execute(setup, { data, statements }) {
  const path = join(setup.folder, "statements.sql");
  writeStatements(path, statements);
  const input = openSync(path);
  try {
    await runTool(setup, { name: "postgres", args: ["--single", "-D", data, "postgres"], input });
  } finally {
    closeSync(input);
  }
}

async function runTool({ program, log }, { name, args, input = "ignore" }) {
  const { command, args: all } = unlessRoot(join(program.bin, name), args);
  const code = await exitCode(command, all, { stdio: [input, log, log] });
  if (code !== 0) throw new Advice(`${name} of PostgreSQL could not prepare the database: see server.log.`);
}

/** What is made sure of at each start: each harmless to repeat. A password lost and made anew is given to who is there. */
function accounts(use, password) {
  const lines = [...role(USER, { password, rights: "" }), `ALTER DATABASE ${DATABASE} OWNER TO ${USER}`];
  return use === "development" ? lines : [...lines, ...role(ADMIN, { password, rights: "SUPERUSER" })];
}

function role(name, { password, rights }) {
  const missing = `NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = '${name}')`;
  return [
    `DO $$BEGIN IF ${missing} THEN CREATE ROLE ${name}; END IF; END$$`,
    `ALTER ROLE ${name} LOGIN ${rights} PASSWORD '${password}'`,
  ];
}

/** Who is let in from where: https://www.postgresql.org/docs/current/auth-pg-hba-conf.html */
function admission(use) {
  const who = use === "development" ? `${DATABASE} ${USER}` : "all all";
  return `local ${who} scram-sha-256\nhost ${who} 127.0.0.1/32 scram-sha-256\n`;
}
