import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** What stands between a client and the server, and counts; it knows nothing of the protocol. */
export interface CountingProxy {
  /** The URL of the database behind it, through it. */
  readonly url: string;
  /** What went over it since the last count. */
  count(): Traffic;
  /** Forwards nothing any more on the connections there are, and closes none of them. */
  silence(): void;
  /** Makes one text of the client's another one, which is no longer. */
  pretend(text: string, other: string): void;
  /** Breaks the connections there are. */
  cut(): void;
  close(): void;
}

export interface Traffic {
  readonly connections: number;
  /** How often the client sent something and was answered, the handshake included. */
  readonly roundTrips: number;
  /** To the client. */
  readonly bytes: number;
}

const NOTHING: Traffic = { connections: 0, roundTrips: 0, bytes: 0 };

export async function countingProxy(url: string): Promise<CountingProxy> {
  const target = new URL(url);
  const pairs = new Set<readonly Socket[]>();
  let traffic = NOTHING;
  let disguise = (data: Buffer) => data;
  const add = (more: Partial<Traffic>) => {
    const { connections = 0, roundTrips = 0, bytes = 0 } = more;
    traffic = {
      connections: traffic.connections + connections,
      roundTrips: traffic.roundTrips + roundTrips,
      bytes: traffic.bytes + bytes,
    };
  };
  const server = createServer((client) => {
    const upstream = connect({ port: Number(target.port), host: target.hostname, noDelay: true });
    const pair = [client.setNoDelay(true), upstream];
    pairs.add(pair);
    add({ connections: 1 });
    let asked = false;
    client.on("data", (data) => {
      asked = true;
      upstream.write(disguise(data));
    });
    upstream.on("data", (data) => {
      add({ roundTrips: asked ? 1 : 0, bytes: data.length });
      asked = false;
      client.write(data);
    });
    for (const [one, other] of [pair, pair.toReversed()] as const) {
      one?.on("error", () => undefined);
      one?.on("close", () => {
        pairs.delete(pair);
        other?.destroy();
      });
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const each = (act: (socket: Socket) => void) => [...pairs].flat().forEach(act);
  return {
    url: Object.assign(new URL(url), { port: String(port) }).href,
    count: () => {
      const counted = traffic;
      traffic = NOTHING;
      return counted;
    },
    silence: () => each((socket) => socket.removeAllListeners("data").resume()),
    pretend: (text, other) => {
      disguise = (data) => Buffer.from(data.toString("latin1").replaceAll(text, other.padEnd(text.length)), "latin1");
    },
    cut: () => each((socket) => socket.destroy()),
    close: () => {
      server.close();
      each((socket) => socket.destroy());
    },
  };
}
