import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { createLink, type Driven, type Link, type LinkOptions } from "./link";

/** What stands between a child and the server; each of the child's connections is a link. */
export interface FaultProxy {
  readonly port: number;
  readonly links: readonly Link[];
  /** Forwards nothing any more in either direction, and closes nothing, as when a client is gone without a word. */
  silence(): void;
  /** Takes no connection for so many milliseconds. */
  refuse(ms: number): Promise<void>;
  close(): void;
}

/** Its position may be on any link. */
export interface ProxyOptions extends LinkOptions {
  /** Where the server listens. */
  readonly port: number;
}

export async function openProxy(options: ProxyOptions): Promise<FaultProxy> {
  const links: Driven[] = [];
  let silent = false;
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const target = connect({ port: options.port, host: "127.0.0.1", allowHalfOpen: true, noDelay: true });
    const { position } = options;
    const link = createLink(
      { client: client.setNoDelay(true), server: target },
      { ...options, position: position?.link === links.length ? position : undefined },
    );
    links.push(link);
    if (silent) link.silence();
  });
  const open = async (at: number) => {
    server.listen(at, "127.0.0.1");
    await once(server, "listening");
    return (server.address() as AddressInfo).port;
  };
  const port = await open(0);
  return {
    port,
    links,
    silence: () => {
      silent = true;
      for (const link of links) link.silence();
    },
    refuse: async (ms) => {
      server.close();
      await wait(ms);
      await open(port);
    },
    close: () => {
      server.close();
      for (const link of links) link.cut();
    },
  };
}
