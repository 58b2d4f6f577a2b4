import { createServer, type Server, type Socket } from "node:net";

export interface Listening {
  readonly port: number;
  /** Ends its connections as well. */
  stop(): Promise<void>;
}

/** A server of this test's own on a free port of 127.0.0.1, or of another address. */
export async function listen(onConnection: (socket: Socket) => void, address = "127.0.0.1"): Promise<Listening> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error("no port");
  return {
    port: bound.port,
    stop: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
