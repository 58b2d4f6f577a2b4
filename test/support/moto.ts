import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { findProgram } from "./find-program";

export interface Moto {
  readonly url: string;
  stop(): Promise<void>;
}

/** Path of `moto_server` (https://docs.getmoto.org), which stands in for AWS; undefined where it is not installed. */
export function findMoto(): string | undefined {
  return findProgram("moto_server");
}

/** @param environment variables besides this process's own */
export async function startMoto(command: string, environment: Readonly<Record<string, string>> = {}): Promise<Moto> {
  const port = await freePort();
  const child = spawn(command, ["-H", "127.0.0.1", "-p", String(port)], {
    env: { ...process.env, ...environment },
    stdio: "ignore",
  });
  const exited = new Promise((resolve) => child.once("exit", resolve));
  const url = `http://127.0.0.1:${port}`;
  const stop = async () => {
    child.kill();
    await exited;
  };
  for (let attempt = 0; attempt < 100; attempt++) {
    if (await isUp(url)) return { url, stop };
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  await stop();
  throw new Error(`${command} did not answer on port ${port} within 20 s`);
}

async function isUp(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/moto-api/data.json`)).ok;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}
