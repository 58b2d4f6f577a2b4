import { createHash } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { output } from "./command.mjs";
import { DOCKER_IMAGE } from "./mysql-program.mjs";

const INIT_FILE = "/run-at-start.sql";

/** How to run the server of `folder` in a container: see `mysql-native.mjs` for the other way. */
export function dockerLaunch({ folder, port, initFile, options }) {
  const data = join(folder, "data-docker");
  mkdirSync(data, { recursive: true });
  // The name follows from the folder, so a container left by a killed start is found again.
  const container = `migration-lambda-${createHash("sha256").update(folder).digest("hex").slice(0, 12)}`;
  removeContainer(container);
  const args = ["run", "--rm", "--name", container, "--publish", `127.0.0.1:${port}:3306`];
  args.push("--volume", `${data}:/var/lib/mysql`, "--volume", `${initFile}:${INIT_FILE}:ro`, ...asThisUser());
  args.push("--env", "MARIADB_RANDOM_ROOT_PASSWORD=1", DOCKER_IMAGE, ...options, `--init-file=${INIT_FILE}`);
  // While it prepares its data the image lets nobody in over TCP, so a greeting there means that it is ready.
  return { command: "docker", args, facts: { container }, greeting: [{ host: "127.0.0.1", port }] };
}

export function removeContainer(name) {
  output("docker", ["rm", "--force", name]);
}

// Files in the data folder are to belong to whoever runs this. The image sees to that by itself where it starts as root:
// for root, and for a rootless engine, whose root is us.
function asThisUser() {
  const rootless = output("docker", ["info", "--format", "{{.SecurityOptions}}"])?.includes("rootless");
  return !process.getuid?.() || rootless ? [] : ["--user", `${process.getuid()}:${process.getgid()}`];
}
