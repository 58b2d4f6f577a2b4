import { createServer, connect as dial } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Link, Position } from "../faults/link";
import { type FaultProxy, openProxy } from "../faults/proxy";
import { asleep } from "../support/blocked";
import { createTestDatabase } from "../support/database";
import { sql as parse, run } from "../support/migrator";
import { SERVERS } from "../support/servers";

let proxy: FaultProxy | undefined;

afterEach(() => proxy?.close());

describe.each(SERVERS)("on $dialect", ({ server, dialect, sleep: sleeping, sleepers }) => {
  const at = (url: string, port: number) => Object.assign(new URL(url), { port: String(port) }).href;
  const migrations = [
    parse("1_a", `CREATE TABLE seen (n INT);\nINSERT INTO seen VALUES (1);\n${sleeping(1)};`, dialect),
    parse("2_b", "UPDATE seen SET n = n + 1;", dialect),
  ];

  test.each(["client", "server"] as const)(
    "a proxy that closes only its way to the %s in the middle of a run: the next call does the rest, once",
    async (side) => {
      const database = await createTestDatabase({ server });
      const { url, query } = database;
      proxy = await openProxy({ dialect, port: Number(new URL(url).port) });
      const first = run({ url: at(url, proxy.port), migrations }, "migrate", { runId: "first" });
      await asleep(database, { sleepers });
      proxy.links.at(-1)?.halfClose(side);
      expect(await first).toMatchObject({ outcome: "incomplete" });
      expect(await run({ url, migrations }, "migrate", { runId: "first" })).toMatchObject({
        outcome: "done",
        done: [{ name: "1_a" }, { name: "2_b" }],
      });
      expect(await query("SELECT n FROM seen")).toEqual([{ n: 2 }]);
    },
  );

  const plain = [parse("1_a", "CREATE TABLE seen (n INT);", dialect)];

  test("a run that has done all its work is done, even if its connection goes before its end is recorded", async () => {
    const through = async (position?: Position) => {
      const { url, query } = await createTestDatabase({ server });
      const reached = (link: Link) => link.cut();
      const opened = await openProxy({ dialect, port: Number(new URL(url).port), position, reached });
      const report = await run({ url: at(url, opened.port), migrations: plain }, "migrate");
      opened.close();
      return { url, query, report, links: opened.links };
    };
    const commands = (await through()).links[0]?.commands.map(({ text }) => text) ?? [];
    const command = commands.findIndex((text) => /UPDATE \S+migration_run/.test(text));
    const { url, query, report } = await through({ link: 0, command, at: "arrived" });
    expect(report).toMatchObject({ outcome: "done", done: [{ name: "1_a" }] });
    expect(await query("SELECT outcome FROM migration_run")).toEqual([{ outcome: null }]);
    expect(await run({ url, migrations: plain }, "migrate", { runId: report.runId })).toMatchObject({
      outcome: "done",
    });
    expect(await query("SELECT outcome FROM migration_run")).toEqual([{ outcome: "done" }]);
  });

  test("a database that refuses connections for a while is waited for", async () => {
    const { url } = await createTestDatabase({ server });
    const behind = Number(new URL(url).port);
    const gate = createServer((socket) => {
      const upstream = dial(behind, "127.0.0.1");
      socket.pipe(upstream).pipe(socket);
      for (const one of [socket, upstream]) one.on("error", () => {});
    });
    await new Promise<void>((resolve) => gate.listen(0, "127.0.0.1", resolve));
    const address = gate.address();
    const port = typeof address === "object" && address ? address.port : 0;
    // From here on the port refuses.
    await new Promise((resolve) => gate.close(resolve));
    const migrating = run({ url: at(url, port), migrations: plain }, "migrate");
    await sleep(2_000);
    await new Promise<void>((resolve) => gate.listen(port, "127.0.0.1", resolve));
    expect(await migrating).toMatchObject({ outcome: "done" });
    gate.close();
  });
});
