import { existsSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { output, run } from "./command.mjs";
import { say, step } from "./progress.mjs";

export const DOCKER_IMAGE = "mariadb:10.11";

/** Where servers are installed without being on the PATH of an ordinary user. */
const SERVER_FOLDERS = [
  "/usr/sbin",
  "/usr/local/sbin",
  "/usr/local/bin",
  "/usr/libexec",
  "/opt/homebrew/bin",
  "/opt/homebrew/opt/mariadb/bin",
  "/opt/homebrew/opt/mysql/bin",
  "/usr/local/opt/mariadb/bin",
  "/usr/local/opt/mysql/bin",
  "/usr/local/mysql/bin",
];

const NONE_FOUND = `No MySQL-family server was found: neither mariadbd nor mysqld on this machine, nor a running Docker.
Any one of these helps:
  - install MariaDB:   apt-get install mariadb-server   |   brew install mariadb   |   dnf install mariadb-server
  - start Docker
  - name a database:   DATABASE_URL=mysql://user:password@host:3306/database (in the environment or in .env)`;

/**
 * What can run a MySQL-family server here: `{ kind: "mariadb" | "mysql", server, installer? }` is a program of this
 * machine, `{ kind: "docker" }` a container; each with a `title` for people.
 */
export const mysqlProgram = {
  find: () => findMariadb() ?? findMysql() ?? findDocker(),
  missing: NONE_FOUND,
  /** Gets one first when there is none, as far as that is possible here. */
  async ensure() {
    if (!mysqlProgram.find() && canInstall()) await step("Installing MariaDB with apt-get", installMariadb);
    if (mysqlProgram.find()?.kind !== "docker" || output("docker", ["image", "inspect", DOCKER_IMAGE])) return;
    await step(`Fetching ${DOCKER_IMAGE}`, () => run("docker", ["pull", "--quiet", DOCKER_IMAGE], quiet()));
  },
};

function findMariadb() {
  const server = which("mariadbd") ?? which("mysqld");
  if (!server || !isMariadb(server)) return undefined;
  const beside = [dirname(server), join(dirname(server), "../bin"), join(dirname(server), "../scripts")];
  const installer = which("mariadb-install-db", beside) ?? which("mysql_install_db", beside);
  return installer && { kind: "mariadb", server, installer, title: `MariaDB, ${server}` };
}

function findMysql() {
  const server = which("mysqld");
  return server && !isMariadb(server) ? { kind: "mysql", server, title: `MySQL, ${server}` } : undefined;
}

function isMariadb(server) {
  return output(server, ["--no-defaults", "--version"])?.includes("MariaDB") ?? false;
}

function which(name, before = []) {
  const path = (process.env.PATH ?? "").split(delimiter).filter(Boolean);
  return [...before, ...path, ...SERVER_FOLDERS].map((folder) => join(folder, name)).find((file) => existsSync(file));
}

function findDocker() {
  const answers = output("docker", ["info", "--format", "{{.ServerVersion}}"]) !== undefined;
  return answers ? { kind: "docker", title: `${DOCKER_IMAGE} in Docker` } : undefined;
}

function canInstall() {
  return process.getuid?.() === 0 && existsSync("/etc/debian_version") && which("apt-get") !== undefined;
}

async function installMariadb() {
  await run("apt-get", ["update", "-qq"], quiet());
  // The whole package would also start a system-wide server on port 3306, which nobody asked for. Its core is enough;
  // releases that put a version into the core's name get the whole.
  const core = ["mariadb-server-core", "mariadb-client-core"];
  const names = core.every((name) => output("apt-cache", ["show", "--no-all-versions", name]))
    ? core
    : ["mariadb-server"];
  say(`  apt-get install ${names.join(" ")}`);
  // Cut off in the middle it would leave the system's packages half configured: it may outlive us, and Ctrl-C.
  await run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...names], { ...quiet(), detached: true });
}

function quiet() {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive", DEBCONF_NOWARNINGS: "yes" };
  return { env, stdio: ["ignore", "ignore", process.stderr] };
}
