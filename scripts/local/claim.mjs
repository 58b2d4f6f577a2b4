import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { removeContainer } from "./mysql-docker.mjs";
import { endProcess, isRunning } from "./processes.mjs";
import { Advice } from "./progress.mjs";

const KEEPER = "server.mjs";

/**
 * Makes this process the only keeper of a server on `folder`. What a killed keeper left behind (a server that still
 * runs, its scratch folder) is cleared away first.
 * @returns `note(facts)`, which adds what a successor must know in order to clear up, and `release()`.
 * @throws Advice when another keeper lives.
 */
export async function claim(folder) {
  const path = join(folder, "keeper.json");
  const facts = { keeper: process.pid };
  while (!take(path, facts)) await clearAway(path, folder);
  return {
    note(more) {
      Object.assign(facts, more);
      writeFileSync(`${path}.${process.pid}`, JSON.stringify(facts), { mode: 0o600 });
      renameSync(`${path}.${process.pid}`, path);
    },
    release: () => rmSync(path, { force: true }),
  };
}

// A link, unlike an exclusive open, makes the file appear with its content: nobody can read it half written.
function take(path, facts) {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(facts), { mode: 0o600 });
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
    return false;
  } finally {
    rmSync(draft, { force: true });
  }
}

async function clearAway(path, folder) {
  const left = readFacts(path);
  if (!left) return; // released in between
  if (isRunning(left.keeper, KEEPER)) {
    throw new Advice(
      `The database in ${folder} is in use by another start of this project (process ${left.keeper}): stop that one first.`,
    );
  }
  // The scratch folder's random name is on the server's command line, so no other server can be meant.
  if (left.server) await endProcess(left.server, { part: left.scratch, signal: left.signal });
  if (left.container) removeContainer(left.container);
  if (left.scratch) rmSync(left.scratch, { recursive: true, force: true });
  rmSync(path, { force: true });
}

function readFacts(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}
