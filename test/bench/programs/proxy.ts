// Stands between clients and a server, delays every answer, and counts: forked with DIALECT PORT DELAY_MS.
// Tells its parent its port; answers each message with what it has counted since the last one.
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { isMainThread } from "node:worker_threads";
import type { Traffic } from "../results";
import { keepTime, startClock } from "./clock";

const NOTHING: Traffic = { connections: 0, roundTrips: 0, handshakes: 0, bytesToServer: 0, bytesToClient: 0 };

if (isMainThread) serve();
else keepTime();

function serve(): void {
  const [dialect, port, delay] = process.argv.slice(2);
  const delayMs = Number(delay);
  const after = delayMs > 0 ? startClock(__filename, delayMs).after : (work: () => void) => work();
  let total = NOTHING;
  const add = (more: Partial<Traffic>) => {
    total = sum(total, more);
  };
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    add({ connections: 1 });
    const target = connect({ port: Number(port), host: "127.0.0.1", allowHalfOpen: true, noDelay: true });
    const count = createCounter(dialect === "mysql" ? isMysqlCommand : isPostgresCommand, add);
    pass(client, target, { seen: count.toServer, when: (work) => work() });
    pass(target, client, { seen: count.toClient, when: after });
  });
  server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));
  process.on("message", () => {
    process.send?.(total);
    total = NOTHING;
  });
  process.on("disconnect", () => process.exit());
}

interface Passing {
  readonly seen: (chunk: Buffer) => void;
  readonly when: (work: () => void) => void;
}

function pass(from: Socket, to: Socket, { seen, when }: Passing): void {
  from.on("data", (chunk) => {
    seen(chunk);
    when(() => to.write(chunk));
  });
  from.on("end", () => when(() => to.end()));
  // One side that is gone takes the other along.
  from.on("error", () => to.destroy());
}

/** A round trip is over with the first byte of an answer to something that was sent since the last answer. */
function createCounter(isCommand: (chunk: Buffer) => boolean, add: (more: Partial<Traffic>) => void) {
  let [asked, loggedIn] = [false, false];
  return {
    toServer: (chunk: Buffer) => {
      asked = true;
      loggedIn ||= isCommand(chunk);
      add({ bytesToServer: chunk.length });
    },
    toClient: (chunk: Buffer) => {
      add({ bytesToClient: chunk.length, roundTrips: Number(asked), handshakes: Number(asked && !loggedIn) });
      asked = false;
    },
  };
}

/** Only a command begins a new count of packets; everything in a login goes on with the server's. */
function isMysqlCommand(chunk: Buffer): boolean {
  return chunk[3] === 0;
}

/** What a login sends has no type, a length's first byte in its place, or it is an answer to a question for the password. */
function isPostgresCommand(chunk: Buffer): boolean {
  return chunk[0] !== 0 && chunk[0] !== "p".charCodeAt(0);
}

function sum(total: Traffic, more: Partial<Traffic>): Traffic {
  return {
    connections: total.connections + (more.connections ?? 0),
    roundTrips: total.roundTrips + (more.roundTrips ?? 0),
    handshakes: total.handshakes + (more.handshakes ?? 0),
    bytesToServer: total.bytesToServer + (more.bytesToServer ?? 0),
    bytesToClient: total.bytesToClient + (more.bytesToClient ?? 0),
  };
}
