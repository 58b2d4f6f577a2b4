import { createKept, type Kept } from "../../lib/database/kept";
import { ask } from "../support/ask";
import { type CountingProxy, countingProxy } from "../support/counting-proxy";
import { createTestDatabase } from "../support/database";
import type { Listening } from "../support/listen";
import { databaseAt, sql as parse, run } from "../support/migrator";
import { startPooler, startRenumbering } from "../support/pooler";
import { SERVERS } from "../support/servers";

let proxy: CountingProxy | undefined;
let pooler: Listening | undefined;

afterEach(() => proxy?.close());
afterEach(() => pooler?.stop());

describe.each(SERVERS)("on $dialect", ({ server, dialect, kill }) => {
  const migrations = [parse("1_a", "CREATE TABLE a (n INT);", dialect)];

  /** A container whose connection has read once, and rests. */
  const warm = async (kept: Kept = createKept()) => {
    const { url, query } = await createTestDatabase({ server });
    await run({ url, migrations }, "migrate");
    const opened = await countingProxy(url);
    proxy = opened;
    const call = (more: Partial<Parameters<typeof run>[0]> = {}) =>
      run({ url, migrations, database: databaseAt(opened.url, {}, kept), ...more }, "migrate");
    expect(await call()).toMatchObject({ outcome: "done", done: [] });
    opened.count();
    return { ...opened, query, call, kept };
  };
  const nothing = { outcome: "done", message: "Nothing to do." };

  test("the next call costs one round trip, and no connection", async () => {
    const { call, count } = await warm();
    expect(await call()).toMatchObject(nothing);
    expect(count()).toMatchObject({ connections: 0, roundTrips: 1 });
  });

  test("the connection becomes the one of a run that has something to do, and is closed after it", async () => {
    const { call, count, kept } = await warm();
    const more = [...migrations, parse("2_b", "CREATE TABLE b (n INT);", dialect)];
    expect(await call({ migrations: more })).toMatchObject({ outcome: "done", done: [{ name: "2_b" }] });
    expect([count().connections, kept.take()]).toEqual([0, undefined]);
  });

  test("nobody notices that the server has ended it", async () => {
    const { call, count, query, kept } = await warm();
    const resting = kept.take();
    await query(kill(resting?.setup.connection.announcedId ?? 0));
    if (resting) kept.put(resting);
    expect(await call()).toMatchObject(nothing);
    expect(count()).toMatchObject({ connections: 1 });
  });

  test("nobody notices that it broke while nobody used it", async () => {
    const { call, count, cut } = await warm();
    cut();
    expect(await call()).toMatchObject(nothing);
    expect(count()).toMatchObject({ connections: 1 });
  });

  test("one on which nothing is answered any more is replaced", async () => {
    const { call, count, silence } = await warm();
    silence();
    expect(await call()).toMatchObject(nothing);
    expect(count()).toMatchObject({ connections: 1 });
  });

  /** As the server says it of itself, and what a reader would say. */
  const asReader: readonly [string, string] =
    dialect === "mysql"
      ? (["@@innodb_read_only", "1"] as const)
      : (["pg_catalog.pg_is_in_recovery()", "true"] as const);

  test("one whose server has become a reader is replaced", async () => {
    const { call, count, pretend } = await warm();
    pretend(...asReader);
    expect(await call()).toMatchObject(nothing);
    expect(count()).toMatchObject({ connections: 1 });
  });

  test("that of a reader is not kept: the endpoint may lead to the writer by the next call", async () => {
    const { call, pretend, kept } = await warm();
    pretend(...asReader);
    await call();
    expect(kept.take()).toBeUndefined();
  });

  test("two calls at once have a connection each, and one of them is kept", async () => {
    const { call, count } = await warm();
    expect(await Promise.all([call(), call()])).toMatchObject([nothing, nothing]);
    expect(count()).toMatchObject({ connections: 1 });
    await call();
    expect(count()).toMatchObject({ connections: 0, roundTrips: 1 });
  });

  test("the rows that it has read are not kept with it", async () => {
    const { url } = await createTestDatabase({ server });
    await run({ url, migrations }, "migrate");
    const kept = createKept();
    await run({ url, migrations, database: databaseAt(url, {}, kept) }, "status");
    const { setup, ...rest } = kept.take() ?? {};
    expect(rest).toEqual({ since: expect.any(Number) });
    await setup?.connection.close();
  });

  test("the server is told to end it when it idles", async () => {
    const { kept } = await warm();
    const resting = kept.take();
    const limit =
      dialect === "mysql"
        ? "SELECT @@wait_timeout AS idle"
        : "SELECT setting AS idle FROM pg_settings WHERE name = 'idle_session_timeout'";
    expect(await resting?.setup.connection.query(limit)).toEqual([{ idle: dialect === "mysql" ? 60 : "60000" }]);
    await resting?.setup.connection.close();
  });

  test("it does not keep the process from ending", async () => {
    const { url } = await createTestDatabase({ server });
    await run({ url, migrations }, "migrate");
    const sockets = () => process.getActiveResourcesInfo().filter((one) => one === "TCPSocketWrap").length;
    const kept = createKept();
    await run({ url, migrations, database: databaseAt(url, {}, kept) }, "migrate");
    const rested = sockets();
    const resting = kept.take();
    expect(sockets() - rested).toBe(1);
    await resting?.setup.connection.close();
  });
});

describe.each([
  { server: "mysql", dialect: "mysql", start: startRenumbering, limit: "SELECT @@wait_timeout AS idle" },
  { server: "postgres18", dialect: "postgres", start: startPooler, limit: "SHOW idle_session_timeout" },
] as const)("through a pooler of $server", ({ server, dialect, start, limit }) => {
  test("nothing is kept, and the session that it lends gets no limit", async () => {
    const { url } = await createTestDatabase({ server });
    const migrations = [parse("1_a", "CREATE TABLE a (n INT);", dialect)];
    await run({ url, migrations }, "migrate");
    pooler = await start(url);
    const through = Object.assign(new URL(url), { port: String(pooler.port) }).href;
    const kept = createKept();
    const before = await ask(through, limit);
    await run({ url, migrations, database: databaseAt(through, {}, kept) }, "migrate");
    expect([kept.take(), await ask(through, limit)]).toEqual([undefined, before]);
  });
});
