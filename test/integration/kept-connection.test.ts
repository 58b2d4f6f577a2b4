import { createKept, type Kept } from "../../lib/database/kept";
import { type CountingProxy, countingProxy } from "../support/counting-proxy";
import { createTestDatabase } from "../support/database";
import { databaseAt, sql as parse, run } from "../support/migrator";
import { SERVERS } from "../support/servers";

let proxy: CountingProxy | undefined;

afterEach(() => proxy?.close());

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

  test("one whose server has changed between writer and reader is replaced", async () => {
    const kept = createKept();
    const other = ({ readOnly, ...rest }: ReturnType<Kept["take"]> & object) => ({ ...rest, readOnly: !readOnly });
    const { call, count } = await warm({
      take: () => {
        const taken = kept.take();
        return taken && other(taken);
      },
      put: kept.put,
    });
    expect(await call()).toMatchObject(nothing);
    expect(count()).toMatchObject({ connections: 1 });
  });

  test("two calls at once have a connection each, and one of them is kept", async () => {
    const { call, count } = await warm();
    expect(await Promise.all([call(), call()])).toMatchObject([nothing, nothing]);
    expect(count()).toMatchObject({ connections: 1 });
    await call();
    expect(count()).toMatchObject({ connections: 0, roundTrips: 1 });
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
