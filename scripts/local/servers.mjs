import { mysqlProgram } from "./mysql-program.mjs";
import { mysqlLaunch } from "./mysql-server.mjs";
import { postgresOf } from "./postgres-program.mjs";
import { postgresLaunch } from "./postgres-server.mjs";
import { Advice } from "./progress.mjs";

/** The private servers that there can be: what finds and gets the program of each, and how it is run. */
const SERVERS = {
  mysql: { ...mysqlProgram, launch: mysqlLaunch },
  postgres14: { ...postgresOf("14.23.0-beta.17"), launch: postgresLaunch },
  postgres18: { ...postgresOf("18.4.0-beta.17"), launch: postgresLaunch },
};

export const SERVER_NAMES = Object.keys(SERVERS);

/** @returns `{ program, launch }`; `program.title` is for people. @throws Advice when nothing here can run it. */
export function requireServer(name) {
  const { find, missing, launch } = SERVERS[name];
  const program = find();
  if (!program) throw new Advice(missing);
  return { program, launch };
}

/** As requireServer, but gets its program first when there is none. @throws Advice when it cannot. */
export async function ensureServer(name) {
  await SERVERS[name].ensure();
  return requireServer(name);
}
