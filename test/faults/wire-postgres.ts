import type { Answer, Frame, Wire } from "./wire";
import { createCutter, QUIT } from "./wire";

const typed = (bytes: Buffer) => (bytes.length < 5 ? undefined : 1 + bytes.readInt32BE(1));

/** https://www.postgresql.org/docs/current/protocol-message-formats.html; the driver asks for no TLS here. */
export function postgresWire(): Wire {
  let started = false;
  const fromClient = createCutter((bytes) => {
    if (started) return typed(bytes);
    if (bytes.length < 4) return undefined;
    started = true;
    return bytes.readInt32BE(0);
  });
  const fromServer = createCutter(typed);
  let isInside = false;
  const prepared: Prepared = new Map();
  // What is parsed, bound and executed up to the next Sync is one unit to the server.
  const placed = (frame: Frame): Frame => {
    const kind = frame.bytes.toString("latin1", 0, 1);
    const known = frame.command !== undefined && isInside ? { ...frame, inside: true as const } : frame;
    isInside = kind === "P" || kind === "B" || (isInside && kind !== "S");
    return known;
  };
  return {
    client: (chunk) => joined(fromClient(chunk).map((bytes) => placed(frameOf(bytes, prepared)))),
    server: (chunk) => fromServer(chunk).map(answerOf),
  };
}

/** What is parsed under a name, to be bound again and again: each time it is a command. */
type Prepared = Map<string, string>;

function frameOf(bytes: Buffer, prepared: Prepared): Frame {
  switch (bytes.toString("latin1", 0, 1)) {
    case "Q":
      return { bytes, command: bytes.toString("utf8", 5, bytes.length - 1) };
    case "P": {
      const [name = "", command = ""] = stringsIn(bytes);
      if (name === "") return { bytes, command };
      prepared.set(name, command);
      return { bytes };
    }
    case "B": {
      const [, name = ""] = stringsIn(bytes);
      const command = prepared.get(name);
      return { bytes, ...(command !== undefined && { command }) };
    }
    case "X":
      return { bytes, command: QUIT };
    default:
      return { bytes };
  }
}

/** The first two, each of which ends in a zero. */
function stringsIn(bytes: Buffer): readonly string[] {
  const end = bytes.indexOf(0, 5);
  return [bytes.toString("utf8", 5, end), bytes.toString("utf8", end + 1, bytes.indexOf(0, end + 1))];
}

/** The parts of the extended protocol are one command. */
function joined(frames: readonly Frame[]): readonly Frame[] {
  const commands: Frame[] = [];
  for (const frame of frames) {
    const last = commands.at(-1);
    if (frame.command === undefined && last !== undefined) {
      commands[commands.length - 1] = { ...last, bytes: Buffer.concat([last.bytes, frame.bytes]) };
    } else commands.push(frame);
  }
  return commands;
}

function answerOf(bytes: Buffer): Answer {
  switch (bytes.toString("latin1", 0, 1)) {
    case "K":
      return { bytes, id: bytes.readInt32BE(5) };
    case "C":
    case "I":
    case "E":
      return { bytes, answered: true };
    case "Z":
      return { bytes, ready: true };
    default:
      return { bytes };
  }
}
