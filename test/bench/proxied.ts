import { fork } from "node:child_process";
import { once } from "node:events";
import type { DialectName } from "../../lib/migration";
import type { Traffic } from "./results";

/** A proxy in a process of its own. */
export interface Proxied {
  /** The same login, through the proxy. */
  url(direct: string): string;
  /** What went through since the last time. */
  take(): Promise<Traffic>;
  close(): void;
}

export interface ProxyOptions {
  readonly dialect: DialectName;
  /** Where the server listens. */
  readonly port: number;
  /** Added to each round trip. */
  readonly delayMs: number;
}

/** @param program `programs/proxy.ts`, built */
export async function startProxy(program: string, { dialect, port, delayMs }: ProxyOptions): Promise<Proxied> {
  const child = fork(program, [dialect, String(port), String(delayMs)]);
  const [own] = await once(child, "message");
  return {
    url: (direct) => Object.assign(new URL(direct), { port: String(own) }).href,
    take: async () => {
      const answer = once(child, "message");
      child.send("take");
      const [traffic] = await answer;
      return traffic;
    },
    close: () => child.disconnect(),
  };
}
