// Keeps a private database server for as long as its standard input is open:
//
//   node scripts/local/server.mjs FOLDER [development|tests|benchmark] [mysql|postgres14|postgres18]
//
// The first line of output is JSON: where the server is and how to log in. Whoever started this holds the other end of
// the input; when that process dies, however it dies, the system closes the input and the server stops.
// "tests" trades durability for speed, adds an administrator, and removes FOLDER at the end unless it has a file "kept".
// "benchmark" is the same with the durability that the product has by default.
import { existsSync, mkdirSync, realpathSync, rmSync } from "node:fs";
import { join } from "node:path";
import { claim } from "./claim.mjs";
import { requireNode } from "./node-version.mjs";
import { Advice, main } from "./progress.mjs";
import { requireServer, SERVER_NAMES } from "./servers.mjs";
import { startServer } from "./start-server.mjs";

const STOP = "stop";
const USES = ["development", "tests", "benchmark"];

await main(async () => {
  const [path, use = "development", name = "mysql"] = process.argv.slice(2);
  if (!path || !USES.includes(use) || !SERVER_NAMES.includes(name))
    throw new Advice(`Usage: server.mjs FOLDER [${USES.join("|")}] [${SERVER_NAMES.join("|")}]`);
  requireNode();
  const asked = askedToStop();
  const server = requireServer(name);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const folder = realpathSync(path);
  const { note, release } = await claim(folder);
  try {
    const { urls, pid, exited, stop } = await startServer({ server, folder, use, note });
    process.stdout.write(`${JSON.stringify({ ...urls, pid, program: server.program.title })}\n`);
    const reason = await Promise.race([asked, exited]);
    await stop();
    if (reason !== STOP) throw new Advice(`The database server ended by itself: see ${join(folder, "server.log")}.`);
  } finally {
    release();
    if (use !== "development" && !existsSync(join(folder, "kept"))) rmSync(folder, { recursive: true, force: true });
  }
});
process.exit(); // the input may still be open

function askedToStop() {
  // Nobody may be left to read what is written.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
  return new Promise((resolve) => {
    const stop = () => resolve(STOP);
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(name, stop);
    process.stdin.on("end", stop).on("error", stop).resume();
  });
}
