import { join, relative } from "node:path";
import hold from "./hold.cjs";
import { ensureProgram } from "./program.mjs";
import { Advice, step } from "./progress.mjs";

/** Any of these says that there is a database already. */
const SETTINGS = ["DATABASE_URL", "DATABASE_SECRET_ID", "DATABASE_HOST"];

/**
 * The database that `npm start` migrates: the one that the settings name, else a private server of its own.
 * @returns `{ title, env, exited, stop() }`: a line for people, and what the functions need in their environment.
 */
export async function chooseDatabase({ root, settings }) {
  const named = SETTINGS.find((name) => settings[name]);
  if (named)
    return { title: `the one named by ${named}`, env: {}, exited: new Promise(() => {}), stop: async () => {} };
  await ensureProgram();
  const folder = join(root, ".local/mariadb");
  const server = await step("Starting a database", () => hold.holdServer(folder, "development").catch(advise));
  const where = `${server.host}:${server.port}, data and password in ${relative(root, folder)}/`;
  return {
    title: `a private one (${server.program}) at ${where}`,
    env: { DATABASE_URL: server.url },
    exited: server.exited,
    stop: server.stop,
  };
}

// The reason has been said by then, so there is nothing to see in a stack.
function advise(error) {
  throw new Advice(error.message);
}
