import { connect, createServer, type Server, type Socket } from "node:net";
import { createConnection } from "mysql2/promise";
import { createTestDatabase } from "../support/database";
import { run, sql } from "../support/migrator";

const migrations = [sql("1_a", "CREATE TABLE a (id INT);")];

function rejection(url: string, patienceMs: number) {
  return run({ url, migrations }, "status", { call: { patienceMs } }).then(
    () => {
      throw new Error("it connected");
    },
    (error: unknown) => error,
  );
}

/** A server that stands where a database will be. */
async function listen(
  onConnection: (socket: Socket) => void,
): Promise<{ readonly port: number; readonly server: Server }> {
  const server = createServer(onConnection);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { port: address.port, server };
}

const close = (server: Server) => new Promise((resolve) => server.close(resolve));

test("a wrong password is said at once, without user, host or password", async () => {
  const { url } = await createTestDatabase();
  const wrong = new URL(url);
  wrong.password = "hunter2";
  const error = await rejection(wrong.href, 20_000);
  expect(error).toMatchObject({ code: "ACCESS_DENIED", message: "The database refused the user or the password." });
  expect(JSON.stringify(error) + String(error)).not.toMatch(new RegExp(`hunter2|${wrong.username}|127\\.0\\.0\\.1`));
});

test("a database that does not exist is named", async () => {
  const { url, name } = await createTestDatabase({ grants: ["ALL PRIVILEGES ON *.*"] });
  const error = await rejection(url.replace(name, "not_there"), 20_000);
  expect(error).toMatchObject({ code: "UNREACHABLE", message: "There is no database not_there on this server." });
});

test("a database of somebody else's is refused", async () => {
  const { url, name } = await createTestDatabase();
  expect(await rejection(url.replace(name, "mysql"), 20_000)).toMatchObject({ code: "ACCESS_DENIED" });
});

test("an unknown host is given up after seconds, not after the whole patience", async () => {
  const started = Date.now();
  const error = await rejection("mysql://u:p@no-such-host.invalid/d", 60_000);
  expect(error).toMatchObject({ code: "UNREACHABLE", message: expect.stringContaining("host name is unknown") });
  expect(Date.now() - started).toBeLessThan(15_000);
});

test("a closed port is waited for until the time is up", async () => {
  const { port, server } = await listen(() => {});
  await close(server);
  const error = await rejection(`mysql://u:p@127.0.0.1:${port}/d`, 2_000);
  expect(error).toMatchObject({ code: "UNREACHABLE", message: "The database cannot be reached (ECONNREFUSED)." });
});

test("a server that takes the connection and says nothing does not hang the call", async () => {
  const { port, server } = await listen(() => {});
  const error = await rejection(`mysql://u:p@127.0.0.1:${port}/d`, 3_000);
  expect(error).toMatchObject({ code: "UNREACHABLE" });
  server.close();
});

test("a database that starts late is waited for", async () => {
  const { url } = await createTestDatabase();
  const behind = Number(new URL(url).port);
  let refusals = 2;
  const { port, server } = await listen((socket) => {
    if (refusals-- > 0) return socket.destroy();
    const upstream = connect(behind, "127.0.0.1");
    socket.pipe(upstream).pipe(socket);
    for (const one of [socket, upstream]) one.on("error", () => {});
    return socket;
  });
  const through = new URL(url);
  through.port = String(port);
  expect(await run({ url: through.href, migrations }, "status")).toMatchObject({ outcome: "done", remaining: ["1_a"] });
  server.close();
});

test("a server without a free connection is waited for", async () => {
  const { url, query } = await createTestDatabase();
  await query(`ALTER USER '${new URL(url).username}'@'%' WITH MAX_USER_CONNECTIONS 1`);
  const holder = await createConnection({ uri: url });
  setTimeout(() => holder.end(), 1_000);
  const started = Date.now();
  expect(await run({ url, migrations }, "status")).toMatchObject({ outcome: "done" });
  expect(Date.now() - started).toBeGreaterThan(800);
});
