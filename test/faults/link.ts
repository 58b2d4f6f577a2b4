import type { Socket } from "node:net";
import type { DialectName } from "../../lib/migration";
import type { Answer, Frame } from "./wire";
import { COMMAND, PING, WIRES } from "./wires";

/** A place in what goes back and forth, counted as the protocol counts. */
export interface Position {
  /** Which of the client's connections, from 0. */
  readonly link: number;
  /** Which of its commands, from 0; -1 is the login. */
  readonly command: number;
  /**
   * - `arrived`: the proxy has the command, the server nothing of it.
   * - `half`: the server has half of its bytes.
   * - `sent`: the server has all of it.
   * - `answered`: so many of its statements are answered, and the client has not heard of the last one.
   */
  readonly at: "arrived" | "half" | "sent" | "answered";
  /** How many; with `answered` alone. */
  readonly answers?: number;
}

/** One command that went over a link, and how many of its statements were answered. */
export interface SentCommand {
  readonly text: string;
  readonly inside?: true;
  answers: number;
}

export interface Link {
  readonly commands: readonly SentCommand[];
  /** The connection's id in the server, once it is known. */
  id(): number | undefined;
  cut(): void;
  /** Ends the direction towards one side; the other stays open. */
  halfClose(side: "client" | "server"): void;
  /** Slips in a command, where the connection is still there: only where the server waits for one, and one of less than 256 bytes. */
  slipIn(sql: string): Promise<void>;
  /** Goes on with what was held back at the position. */
  resume(): void;
}

export interface LinkOptions {
  readonly dialect: DialectName;
  /** A place on this link. */
  readonly position?: Position | undefined;
  /** Called once, at the position; this link stands still until `resume`. */
  readonly reached?: (link: Link) => void;
}

export interface Driven extends Link {
  silence(): void;
}

interface Ends {
  readonly client: Socket;
  readonly server: Socket;
}

interface Outgoing extends Frame {
  /** It was counted, and perhaps half of it sent. */
  readonly begun?: true;
}

interface Incoming extends Answer {
  readonly counted?: true;
}

interface Flow {
  readonly toServer: Outgoing[];
  readonly toClient: Incoming[];
  readonly ended: Set<"client" | "server">;
  readonly commands: SentCommand[];
  /** Whether this is the position; from then on the link stands still. Once: a long command arrives in several pieces. */
  readonly stopsAt: (at: Position["at"]) => boolean;
  position: Position | undefined;
  /** Command that does not count. */
  readonly ping: string;
  isPinging: boolean;
  state: "flowing" | "held" | "silent";
  answersToLogin: number;
  id: number | undefined;
  /** Gets the answers that are not the client's. */
  swallow: ((answer: Answer) => void) | undefined;
}

export function createLink(ends: Ends, options: LinkOptions): Driven {
  const wire = WIRES[options.dialect]();
  const flow: Flow = {
    toServer: [],
    toClient: [],
    ended: new Set(),
    commands: [],
    stopsAt: (at) => isHere(flow, at) && hold(flow, () => options.reached?.(link)),
    position: options.position,
    ping: PING[options.dialect],
    isPinging: false,
    state: "flowing",
    answersToLogin: 0,
    id: undefined,
    swallow: undefined,
  };
  const pump = () => {
    forward(ends.server, flow);
    backward(ends.client, flow);
    passEnds(ends, flow);
  };
  const link: Driven = {
    commands: flow.commands,
    id: () => flow.id,
    ...controls(ends, flow, options),
    resume: () => {
      if (flow.state === "held") flow.state = "flowing";
      pump();
    },
  };
  ends.client.on("data", (chunk) => {
    flow.toServer.push(...wire.client(chunk));
    pump();
  });
  ends.server.on("data", (chunk) => {
    flow.toClient.push(...wire.server(chunk));
    pump();
  });
  for (const side of ["client", "server"] as const)
    watchEnd(ends[side], () => pump(), flow.ended.add.bind(flow.ended, side));
  return link;
}

function watchEnd(socket: Socket, pump: () => void, note: () => void): void {
  for (const event of ["end", "close"]) {
    socket.on(event, () => {
      note();
      pump();
    });
  }
  // What becomes of it shows in `close`.
  socket.on("error", () => undefined);
}

function isHere({ commands, answersToLogin, position }: Flow, at: Position["at"]): boolean {
  if (position?.at !== at || position.command !== commands.length - 1) return false;
  return at !== "answered" || position.answers === (commands.at(-1)?.answers ?? answersToLogin);
}

function hold(flow: Flow, reached: () => void): boolean {
  flow.state = "held";
  flow.position = undefined;
  // Not from within our own loop.
  setImmediate(reached);
  return true;
}

function forward(server: Socket, flow: Flow): void {
  const { toServer, stopsAt } = flow;
  for (let frame = toServer[0]; frame && flow.state === "flowing"; frame = toServer[0]) {
    const { bytes, command, begun, inside } = frame;
    if (!begun) {
      if (command === flow.ping) flow.isPinging = true;
      else if (command !== undefined) flow.commands.push({ text: command, answers: 0, ...(inside && { inside }) });
      toServer[0] = { bytes, begun: true };
      if (stopsAt("arrived")) return;
      if (stopsAt("half")) {
        const middle = bytes.length >> 1;
        server.write(bytes.subarray(0, middle));
        toServer[0] = { bytes: bytes.subarray(middle), begun: true };
        return;
      }
    }
    toServer.shift();
    server.write(bytes);
    stopsAt("sent");
  }
}

function backward(client: Socket, flow: Flow): void {
  const { toClient } = flow;
  for (let answer = toClient[0]; answer; answer = toClient[0]) {
    flow.id ??= answer.id;
    if (flow.swallow) {
      toClient.shift();
      flow.swallow(answer);
      continue;
    }
    if (flow.state !== "flowing") return;
    if (!answer.counted && count(flow, answer)) {
      toClient[0] = { ...answer, counted: true };
      if (flow.stopsAt("answered")) return;
    }
    toClient.shift();
    client.write(answer.bytes);
  }
}

/** The login is answered when the server is ready for the first command. */
function count(flow: Flow, { answered, ready }: Answer): boolean {
  if (flow.isPinging) {
    if (ready) flow.isPinging = false;
    return false;
  }
  const command = flow.commands.at(-1);
  if (command && answered) command.answers += 1;
  if (!command && ready) flow.answersToLogin += 1;
  return Boolean(command ? answered : ready);
}

/** An end is passed on behind everything before it; what a dead client had not got rid of is gone. */
function passEnds({ client, server }: Ends, { state, ended, toServer, toClient }: Flow): void {
  if (state === "silent") return;
  if (ended.has("client") && (state === "held" || toServer.length === 0)) server.end();
  if (ended.has("server") && state === "flowing" && toClient.length === 0) client.end();
}

function controls(
  { client, server }: Ends,
  flow: Flow,
  { dialect }: LinkOptions,
): Pick<Driven, "cut" | "halfClose" | "slipIn" | "silence"> {
  return {
    cut: () => {
      client.destroy();
      server.destroy();
    },
    halfClose: (side) => {
      (side === "client" ? client : server).end();
    },
    slipIn: (sql) =>
      new Promise((resolve) => {
        const answered = () => {
          flow.swallow = undefined;
          server.off("close", answered);
          resolve();
        };
        flow.swallow = ({ ready }) => ready && answered();
        // On a busy machine a side may have given up meanwhile, and then nothing is answered any more.
        server.once("close", answered);
        if (server.writable) server.write(COMMAND[dialect](sql));
        else answered();
      }),
    silence: () => {
      flow.state = "silent";
    },
  };
}
