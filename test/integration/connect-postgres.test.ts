import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer as createTlsServer } from "node:tls";
import type { Database } from "../../lib/database/database";
import { createPostgres } from "../../lib/database/postgres";
import type { Login } from "../../lib/login";
import { createTestDatabase } from "../support/database";
import { databaseAt } from "../support/migrator";

const deadline = { remainingMs: () => 2_000 };

function rejection(database: Database) {
  return database
    .read(deadline, { runId: "x" }, async () => undefined)
    .then(
      () => {
        throw new Error("it connected");
      },
      (error: unknown) => error,
    );
}

const at = (url: string, change: (url: URL) => void) => {
  const changed = new URL(url);
  change(changed);
  return databaseAt(changed.href);
};

async function listen(onConnection: (socket: Socket) => void): Promise<Server & { readonly port: number }> {
  const server = createServer(onConnection);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return Object.assign(server, { port: address.port });
}

/** A database on this machine that is taken for a distant one: over TLS, verified against these authorities. */
function overTls(port: number, ca: readonly string[]): Database {
  const login: Login = {
    ...{ dialect: "postgres", host: "localhost", port, user: "u", password: "hunter2", database: "d", token: false },
    tls: { ca },
  };
  const tables = { migration: "migration", step: "migration_step", run: "migration_run" };
  const logins = async function* () {
    yield login;
  };
  return createPostgres({ logins, tables, schema: "public", lockTimeoutSeconds: 1 });
}

test("a wrong password is said at once, without user, host or password", async () => {
  const { url } = await createTestDatabase({ server: "postgres18" });
  const error = await rejection(
    at(url, (wrong) => {
      wrong.password = "hunter2";
    }),
  );
  expect(error).toMatchObject({ code: "ACCESS_DENIED", message: "The database refused the user or the password." });
  expect(JSON.stringify(error) + String(error)).not.toMatch(/hunter2|t_[0-9a-f]{8}|127\.0\.0\.1/);
});

test("a database that does not exist is named", async () => {
  const { url } = await createTestDatabase({ server: "postgres18" });
  const error = await rejection(
    at(url, (other) => {
      other.pathname = "/not_there";
    }),
  );
  expect(error).toMatchObject({ code: "UNREACHABLE", message: "There is no database not_there on this server." });
});

test("a database that the user may not use is refused", async () => {
  const { url, name, query } = await createTestDatabase({ server: "postgres18", grants: [] });
  await query(`REVOKE CONNECT ON DATABASE "${name}" FROM PUBLIC`);
  expect(await rejection(databaseAt(url))).toMatchObject({ code: "ACCESS_DENIED" });
});

test("a closed port and a silent server are given up when the time is up", async () => {
  const server = await listen(() => {});
  const url = `postgres://u:p@127.0.0.1:${server.port}/d`;
  expect(await rejection(databaseAt(url))).toMatchObject({ code: "UNREACHABLE" });
  server.close();
  const closed = await rejection(databaseAt(url));
  expect(closed).toMatchObject({ code: "UNREACHABLE", message: "The database cannot be reached (ECONNREFUSED)." });
});

test("a schema that is not there is not taken for an empty one", async () => {
  const { url } = await createTestDatabase({ server: "postgres18" });
  expect(await rejection(databaseAt(url, { DATABASE_SCHEMA: "elsewhere" }))).toMatchObject({
    code: "INVALID_SETTINGS",
    message: "There is no schema elsewhere in this database.",
    advice: "Create the schema, or correct DATABASE_SCHEMA.",
  });
});

test("two schemas of one database have a journal and a lock each", async () => {
  const { url, query } = await createTestDatabase({ server: "postgres18" });
  await query(`CREATE SCHEMA other AUTHORIZATION "${new URL(url).username}"`);
  const enter = (database: Database, work: () => Promise<unknown>) =>
    database.exclusively({ deadline, whenBusy: async () => "leave" }, async (session) => {
      await session.prepare();
      return work();
    });
  const both = await enter(databaseAt(url), () =>
    enter(databaseAt(url, { DATABASE_SCHEMA: "other" }), async () => "both"),
  );
  expect(both).toEqual({ value: { value: "both" } });
  expect(
    await query("SELECT schemaname AS s FROM pg_tables WHERE tablename = 'migration_run' ORDER BY schemaname"),
  ).toEqual([{ s: "other" }, { s: "public" }]);
});

describe("TLS", () => {
  let folder: string;
  let pem: { readonly key: string; readonly cert: string };

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "migration-lambda-tls-"));
    const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-days", "1"];
    execFileSync(
      "openssl",
      ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert, ...subject],
      {
        stdio: "ignore",
      },
    );
    pem = { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test("a server that offers none is not talked to any further", async () => {
    const heard: string[] = [];
    const server = await listen((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => socket.write("N"));
      socket.on("data", (data) => heard.push(data.toString("latin1")));
    });
    const error = await rejection(overTls(server.port, [pem.cert]));
    expect(error).toMatchObject({ code: "UNREACHABLE", message: "The database offers no TLS." });
    expect(heard.join("")).not.toContain("hunter2");
    server.close();
  });

  test.each([
    ["of an unknown authority is not accepted", [] as string[], "The database's certificate was not accepted."],
    ["of a known authority is accepted", ["own"], "The database cannot be reached"],
  ])("a certificate %s", async (_title, authorities, message) => {
    // As PostgreSQL does: one byte says that TLS may begin. Behind it this server hangs up.
    const secure = createTlsServer(pem, (socket) => socket.destroy());
    secure.on("tlsClientError", () => {});
    const server = await listen((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => {
        socket.write("S");
        secure.emit("connection", socket);
      });
    });
    const error = await rejection(overTls(server.port, authorities.length > 0 ? [pem.cert] : []));
    expect(error).toMatchObject({ code: "UNREACHABLE", message: expect.stringContaining(message) });
    server.close();
  });
});
