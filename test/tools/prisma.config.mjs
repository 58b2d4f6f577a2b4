// How Prisma's engine runs where it need not be downloaded: as WebAssembly, with a driver of Node's. PostgreSQL only: its
// driver for MySQL cannot do this.
import { join } from "node:path";
import { PrismaPg } from "@prisma/adapter-pg";

const { TOOL_FOLDER: folder, TOOL_URL: url } = process.env;

// The engine never clears the timer with which it waits for its lock, and the process would stay for that long.
const { setTimeout: start } = globalThis;
globalThis.setTimeout = (work, ms, ...args) => {
  const timer = start(work, ms, ...args);
  return ms >= 10_000 ? timer.unref() : timer;
};

export default {
  experimental: { adapter: true },
  engine: "js",
  schema: join(folder, "schema.prisma"),
  migrations: { path: folder },
  adapter: async () => new PrismaPg({ connectionString: url, allowExitOnIdle: true }),
};
