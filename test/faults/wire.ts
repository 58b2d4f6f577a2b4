/** What a client sends, cut where the protocol cuts it. */
export interface Frame {
  readonly bytes: Buffer;
  /** The text with which a new command begins; absent for what belongs to the one before. */
  readonly command?: string;
  /** The server does not wait for this command: it belongs together with the one before. */
  readonly inside?: true;
}

/** What a server sends. */
export interface Answer {
  readonly bytes: Buffer;
  /** One statement of the command has been carried out or refused. */
  readonly answered?: true;
  /** The server waits for the next command. */
  readonly ready?: true;
  /** The connection's id in the server. */
  readonly id?: number;
}

/** Understands one connection of one dialect, as far as the harness must. */
export interface Wire {
  client(chunk: Buffer): readonly Frame[];
  server(chunk: Buffer): readonly Answer[];
}

export const QUIT = "(end of the connection)";

/** Cuts a stream into packets; `lengthOf` gives a packet's whole length once its head is there. */
export function createCutter(lengthOf: (bytes: Buffer) => number | undefined): (chunk: Buffer) => readonly Buffer[] {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    const packets: Buffer[] = [];
    for (let length = lengthOf(rest); length !== undefined && rest.length >= length; length = lengthOf(rest)) {
      packets.push(rest.subarray(0, length));
      rest = rest.subarray(length);
    }
    return packets;
  };
}
