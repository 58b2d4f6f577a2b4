import { createKept, type Kept } from "../../lib/database/kept";
import { digestByName } from "../../lib/set-digest";
import { createTestDatabase } from "../support/database";
import { databaseAt, sql as parse, run } from "../support/migrator";
import { SERVERS } from "../support/servers";
import { openSession } from "../support/session";

let kept = createKept();

afterEach(async () => {
  await kept.take()?.setup.connection.close();
  kept = createKept();
});

const NAMES = ["1_a", "2_B", "2_a", "10_ü", "3_one two"];

describe.each(SERVERS)("on $dialect", ({ server, dialect }) => {
  const migrations = NAMES.map((name, index) => parse(name, `CREATE TABLE t${index} (n INT);`, dialect));
  const expected = { count: migrations.length, digest: digestByName(migrations) };

  interface Starting {
    readonly set?: typeof migrations;
    readonly kept?: Kept;
  }
  const applied = async ({ set = migrations, kept }: Starting = {}) => {
    const { url, query } = await createTestDatabase({ server });
    await run({ url, migrations: set, late: "apply" }, "migrate");
    const look = (rows = expected) =>
      databaseAt(url, {}, kept).read(
        { remainingMs: () => 5_000 },
        { runId: "x", expected: rows },
        async (_, state) => state.applied,
      );
    return { look, query, url };
  };

  /** On a connection that has seen the rows to be as expected. `sent`: what is asked on it since. */
  const seen = async () => {
    const { look, query } = await applied({ kept });
    expect(await look()).toBe("as expected");
    const resting = kept.take();
    if (!resting) throw new Error("The connection was not kept.");
    const asked = jest.spyOn(resting.setup.connection, "query");
    kept.put(resting);
    return { look, query, sent: () => asked.mock.calls.map(([message]) => message) };
  };

  test("rows that are as expected do not travel, whatever their order was", async () => {
    const { look } = await applied({ set: migrations.toReversed() });
    expect(await look()).toBe("as expected");
  });

  test("a connection on which they were compared compares their sum, and then no digest is made", async () => {
    const { look, sent } = await seen();
    expect([await look(), await look()]).toEqual(["as expected", "as expected"]);
    expect(sent().map((message) => message.includes(expected.digest))).toEqual([false, false]);
  });

  test("another set is compared by its digest there", async () => {
    const { look, query } = await seen();
    const fewer = migrations.filter(({ name }) => name !== "2_a");
    await query("DELETE FROM migration WHERE name = '2_a'");
    expect(await look({ count: 4, digest: digestByName(fewer) })).toBe("as expected");
  });

  test("rows that have been otherwise for a while are as expected there again", async () => {
    const { look, query } = await seen();
    await query(`UPDATE migration SET checksum = '${other}' WHERE name = '2_B'`);
    expect(await look()).toHaveLength(5);
    await query(`UPDATE migration SET checksum = '${migrations[1]?.checksum}' WHERE name = '2_B'`);
    expect([await look(), await look()]).toEqual(["as expected", "as expected"]);
  });

  const other = "0".repeat(64);
  const changes = [
    ["deleted", "DELETE FROM migration WHERE name = '2_a'", 4],
    [
      "added",
      `INSERT INTO migration (name, checksum, REST) SELECT '4_x', checksum, REST FROM migration WHERE name = '1_a'`,
      6,
    ],
    ["changed", `UPDATE migration SET checksum = '${other}' WHERE name = '2_B'`, 5],
    ["renamed", "UPDATE migration SET name = '2_b' WHERE name = '2_B'", 5],
    ["given a space at its end", "UPDATE migration SET name = '1_a ' WHERE name = '1_a'", 5],
    [
      "given the checksum of another one, and that one its",
      "UPDATE migration SET checksum = CASE name WHEN '1_a' THEN (SELECT c FROM (SELECT checksum AS c FROM migration WHERE name = '2_a') o) ELSE (SELECT c FROM (SELECT checksum AS c FROM migration WHERE name = '1_a') o) END WHERE name IN ('1_a', '2_a')",
      5,
    ],
  ] as const;
  const names = ["createdAt", "updatedAt", "normalised", "durationMs", "runId", "bundle"];
  const rest = names.map((name) => (dialect === "mysql" ? name : `"${name}"`)).join(", ");

  test.each(changes)("it is noticed when a row was %s by hand", async (_, statement, rows) => {
    const { look, query } = await applied();
    await query(statement.replaceAll("REST", rest));
    expect(await look()).toHaveLength(rows);
  });

  test.each(changes)(
    "it is noticed on a connection that has seen the rows when one was %s by hand",
    async (_, statement, rows) => {
      const { look, query } = await seen();
      await query(statement.replaceAll("REST", rest));
      expect(await look()).toHaveLength(rows);
    },
  );

  test("rows that are not committed yet are neither compared nor waited for", async () => {
    const { look, url } = await applied();
    const session = await openSession(url);
    await session.query("START TRANSACTION");
    await session.query("DELETE FROM migration WHERE name = '2_a'");
    expect(await look()).toBe("as expected");
  });

  test("no rows at all are not taken for those that are expected", async () => {
    const { look, query } = await applied();
    await query("DELETE FROM migration");
    expect([await look(), await look({ count: 0, digest: digestByName([]) })]).toEqual([[], []]);
  });

  test("rows of an older layout are read, and not compared", async () => {
    const { look, query } = await applied();
    await query("ALTER TABLE migration DROP COLUMN phase");
    expect(await look()).toHaveLength(5);
  });
});
