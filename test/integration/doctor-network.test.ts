import type { Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { explaining } from "../../lib/doctor/explain";
import type { Target } from "../../lib/doctor/places";
import { networkFindings } from "../../lib/doctor/reach";
import { MigratorError } from "../../lib/errors";
import type { Finding } from "../../lib/finding";
import { type Certificate, makeCertificate } from "../support/certificate";
import { createTestDatabase } from "../support/database";
import { type Listening, listen } from "../support/listen";
import { run, sql } from "../support/migrator";

const servers: Listening[] = [];
afterEach(() => Promise.all(servers.splice(0).map((each) => each.stop())));

async function server(onConnection: (socket: Socket) => void = () => {}): Promise<number> {
  const started = await listen(onConnection);
  servers.push(started);
  return started.port;
}

async function closedPort(): Promise<number> {
  const { port, stop } = await listen(() => {});
  await stop();
  return port;
}

const local = (port: number, dialect: Target["dialect"] = "mysql"): Target => ({ host: "127.0.0.1", port, dialect });

/** Of dns, tcp and tls, whatever is not in order. */
async function trouble(target: Target, withinMs = 5_000): Promise<Finding | undefined> {
  const findings = await networkFindings(target, performance.now() + withinMs);
  return findings.find(({ result }) => result === "failed");
}

test("a name that does not resolve fails dns, and what follows is skipped", async () => {
  const target = { ...local(3306), host: "database.nowhere.invalid" };
  const findings = await networkFindings(target, performance.now() + 5_000);
  expect(findings).toMatchObject([
    { check: "dns", result: "failed", message: expect.stringContaining("host name is unknown here") },
    { check: "tcp", result: "skipped", message: "It depends on dns, which failed." },
    { check: "tls", result: "skipped" },
  ]);
  expect(JSON.stringify(findings)).not.toContain("nowhere");
});

test("a closed port fails tcp, and is named", async () => {
  const port = await closedPort();
  expect(await trouble(local(port))).toMatchObject({
    check: "tcp",
    message: `The database's port ${port} refuses connections (ECONNREFUSED).`,
  });
});

test("what there was no time for is not taken to be in order", async () => {
  const findings = await networkFindings(local(await server()), performance.now());
  expect(findings[0]).toMatchObject({ result: "failed", message: "There was no time left to look at it." });
});

describe.each(["mysql", "postgres"] as const)("for %s", (dialect) => {
  test("a server that takes the connection and says nothing is told from one that does not answer", async () => {
    expect(await trouble(local(await server(), dialect), 500)).toMatchObject({
      check: "tls",
      message: "The database takes the connection and says nothing.",
    });
  });

  test("a server that hangs up at once is told from one that says nothing", async () => {
    const port = await server((socket) => socket.destroy());
    expect(await trouble(local(port, dialect))).toMatchObject({
      check: "tls",
      message: expect.stringMatching(/^The database takes the connection and closes it/),
    });
  });

  test("a server of another kind is recognised", async () => {
    const port = await server((socket) => socket.write("SSH-2.0-OpenSSH_9.2p1\r\n"));
    expect(await trouble(local(port, dialect))).toMatchObject({
      check: "tls",
      message: expect.stringMatching(/ is no (MySQL|PostgreSQL) server\.$/),
    });
  });

  test("a server that has no TLS is not for another host", async () => {
    const { url } = await createTestDatabase({ server: dialect === "mysql" ? "mysql" : "postgres18" });
    const plain = local(Number(new URL(url).port), dialect);
    expect(await trouble(plain)).toBeUndefined();
    expect(await trouble({ ...plain, tls: { ca: [] } })).toMatchObject({ message: "The database offers no TLS." });
  });
});

test("a MySQL server that refuses before the login is quoted by its error's number", async () => {
  const refusal = Buffer.from("\x17\0\0\0\xff\x10\x04Too many connections", "latin1");
  const port = await server((socket) => socket.write(refusal));
  expect(await trouble(local(port))).toMatchObject({
    message: "The database refuses connections before any login (error 1040).",
    advice: expect.stringContaining("out of connections"),
  });
});

describe("the certificate", () => {
  let own: Certificate;
  let foreign: Certificate;
  beforeAll(() => {
    own = makeCertificate("IP:127.0.0.1");
    foreign = makeCertificate("DNS:elsewhere.internal");
  });

  /** As PostgreSQL does: one byte says that TLS may begin. */
  const withCertificate = (certificate: Certificate) => {
    const secure = createTlsServer(certificate).on("tlsClientError", () => {});
    return server((socket) => {
      socket.once("data", () => {
        socket.write("S");
        secure.emit("connection", socket);
      });
    });
  };

  test("of an authority that is not known is told with the setting that adds one", async () => {
    const port = await withCertificate(own);
    expect(await trouble({ ...local(port, "postgres"), tls: { ca: [foreign.cert] } })).toMatchObject({
      check: "tls",
      message: expect.stringContaining("an authority that is not known here"),
      advice: expect.stringContaining("DATABASE_CA"),
    });
  });

  test("for another name is told from one of an unknown authority", async () => {
    const port = await withCertificate(foreign);
    expect(await trouble({ ...local(port, "postgres"), tls: { ca: [foreign.cert] } })).toMatchObject({
      message: "The database's certificate is for another name.",
    });
  });

  test("of a known authority is in order", async () => {
    const port = await withCertificate(own);
    expect(await trouble({ ...local(port, "postgres"), tls: { ca: [own.cert] } })).toBeUndefined();
  });
});

describe("a run that cannot connect", () => {
  const attempt = (url: string, target: Target) => {
    const work = () => run({ url, migrations: [sql("1_a", "DO 0;")] }, "migrate", { call: { patienceMs: 2_000 } });
    return explaining(4_000, () => ({ database: target }), work).catch((error: unknown) => error);
  };

  test("says what stands in the way, as the doctor does", async () => {
    const port = await closedPort();
    const message = `The database's port ${port} refuses connections (ECONNREFUSED).`;
    expect(await attempt(`mysql://u:p@127.0.0.1:${port}/d`, local(port))).toMatchObject({
      code: "UNREACHABLE",
      message: "The database cannot be reached (ECONNREFUSED).",
      advice: expect.stringContaining(message),
      problems: [{ code: "CHECK_FAILED", message }],
    });
  });

  test("keeps its own advice when there was no time left to look", async () => {
    const error = new MigratorError("UNREACHABLE", "S3 does not answer", { advice: "Add a gateway endpoint." });
    const target = local(await closedPort());
    const explained = explaining(
      400,
      () => ({ database: target }),
      () => Promise.reject(error),
    );
    await expect(explained).rejects.toMatchObject({ advice: "Add a gateway endpoint.", problems: [] });
  });

  test("is not looked into where the database itself has answered", async () => {
    const { url, name } = await createTestDatabase({ server: "postgres18" });
    const error = await attempt(url.replace(name, "not_there"), local(await closedPort(), "postgres"));
    expect(error).toMatchObject({ message: "There is no database not_there on this server.", problems: [] });
  });
});
