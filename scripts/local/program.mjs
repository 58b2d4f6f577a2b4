import { existsSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { output, run } from "./command.mjs";
import { Advice, say, step } from "./progress.mjs";

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
 * What can run a private server here: `{ kind: "mariadb" | "mysql", server, installer? }` for a program of this machine,
 * `{ kind: "docker" }` for a container, undefined for neither.
 */
export function findProgram() {
  return findMariadb() ?? findMysql() ?? (dockerAnswers() ? { kind: "docker" } : undefined);
}

/** @throws Advice when nothing here can run a server. */
export function requireProgram() {
  const program = findProgram();
  if (!program) throw new Advice(NONE_FOUND);
  return program;
}

/** As findProgram, but gets one first when there is none. @throws Advice when it cannot. */
export async function ensureProgram() {
  if (!findProgram() && canInstall()) await step("Installing MariaDB with apt-get", installMariadb);
  const program = requireProgram();
  if (program.kind === "docker" && !output("docker", ["image", "inspect", DOCKER_IMAGE])) {
    await step(`Fetching ${DOCKER_IMAGE}`, () => run("docker", ["pull", "--quiet", DOCKER_IMAGE], quiet()));
  }
  return program;
}

export function describeProgram(program) {
  if (program.kind === "docker") return `${DOCKER_IMAGE} in Docker`;
  return `${program.kind === "mariadb" ? "MariaDB" : "MySQL"}, ${program.server}`;
}

function findMariadb() {
  const server = which("mariadbd") ?? which("mysqld");
  if (!server || !isMariadb(server)) return undefined;
  const beside = [dirname(server), join(dirname(server), "../bin"), join(dirname(server), "../scripts")];
  const installer = which("mariadb-install-db", beside) ?? which("mysql_install_db", beside);
  return installer && { kind: "mariadb", server, installer };
}

function findMysql() {
  const server = which("mysqld");
  return server && !isMariadb(server) ? { kind: "mysql", server } : undefined;
}

function isMariadb(server) {
  return output(server, ["--no-defaults", "--version"])?.includes("MariaDB") ?? false;
}

function which(name, before = []) {
  const path = (process.env.PATH ?? "").split(delimiter).filter(Boolean);
  return [...before, ...path, ...SERVER_FOLDERS].map((folder) => join(folder, name)).find((file) => existsSync(file));
}

function dockerAnswers() {
  return output("docker", ["info", "--format", "{{.ServerVersion}}"]) !== undefined;
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
