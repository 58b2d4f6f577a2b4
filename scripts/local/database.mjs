import { join, relative } from "node:path";
import hold from "./hold.cjs";
import { Advice, say, step } from "./progress.mjs";
import { ensureServer } from "./servers.mjs";

/** Any of these says that there is a database already. */
const SETTINGS = ["DATABASE_URL", "DATABASE_SECRET_ID", "DATABASE_HOST", "DATABASE_AUTH"];

/** The private server of each dialect, and the folder in `.local/` where its data stays. */
const PRIVATE = {
  mysql: { server: "mysql", folder: "mariadb" },
  postgres: { server: "postgres18", folder: "postgres" },
};

/**
 * The database that `npm start` migrates: the one that the settings name, else a private server of its own.
 * @returns `{ title, env, exited, stop() }`: a line for people, and what build and functions need in their environment.
 */
export async function chooseDatabase({ root, settings }) {
  const named = SETTINGS.find((name) => settings[name]);
  if (named)
    return { title: `the one named by ${named}`, env: {}, exited: new Promise(() => {}), stop: async () => {} };
  const choice = PRIVATE[await choosePrivate(settings.DIALECT?.toLowerCase(), ensureServer)];
  const folder = join(root, ".local", choice.folder);
  const server = await step("Starting a database", () =>
    hold.holdServer(folder, "development", choice.server).catch(advise),
  );
  const where = `${server.host}:${server.port}, data and password in ${relative(root, folder)}/`;
  return {
    title: `a private one (${server.program}) at ${where}`,
    env: { DATABASE_URL: server.url },
    exited: server.exited,
    stop: server.stop,
  };
}

/**
 * The dialect of the private server: the asked one, else MySQL, else, where that cannot be had, PostgreSQL. `ensure` gets
 * the program of a server. @throws Advice when there is none, or the asked one cannot be had.
 */
export async function choosePrivate(asked, ensure) {
  if (asked && !Object.hasOwn(PRIVATE, asked)) throw new Advice("DIALECT must be mysql or postgres.");
  if (asked) {
    await ensure(PRIVATE[asked].server);
    return asked;
  }
  try {
    await ensure(PRIVATE.mysql.server);
    return "mysql";
  } catch (error) {
    if (!(error instanceof Advice)) throw error;
    say("  No MySQL-family server can be had here: this is PostgreSQL instead. DIALECT=mysql would insist on MySQL.");
    await ensure(PRIVATE.postgres.server);
    return "postgres";
  }
}

// The reason has been said by then, so there is nothing to see in a stack.
function advise(error) {
  throw new Advice(error.message);
}
