import { createHash } from "node:crypto";
import { createServer, type Server } from "node:net";
import { setTimeout as wait } from "node:timers/promises";

const POLL_MS = 200;

/**
 * Runs work while no other process of this machine runs work of the same name (Jest's workers are processes).
 * `waiting` is called once, when somebody else is at it. The lock is a listening abstract socket (Linux): the kernel frees
 * it when its owner dies, however it dies, so there is no stale lock to recognise.
 */
export async function oneAtATime<T>(name: string, work: () => Promise<T>, waiting?: () => void): Promise<T> {
  const path = `\0migration-lambda-${createHash("sha256").update(name).digest("hex").slice(0, 32)}`;
  let lock = await take(path);
  if (!lock) waiting?.();
  while (!lock) {
    await wait(POLL_MS);
    lock = await take(path);
  }
  try {
    return await work();
  } finally {
    lock.close();
  }
}

function take(path: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) =>
      error.code === "EADDRINUSE" ? resolve(undefined) : reject(error),
    );
    server.listen({ path }, () => resolve(server));
  });
}
