import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DialectName } from "../../lib/migration";
import type { BenchMigration, Place } from "../bench/contestant";
import { PEERS } from "../bench/peers";
import pinned from "../bench/peers/package.json";
import { toolFrom } from "../bench/peers/tool";

const MIGRATIONS: readonly BenchMigration[] = [
  { name: "00001_a", up: ["CREATE TABLE a (b VARCHAR(9))", `INSERT INTO a VALUES ('"')`], down: ["DROP TABLE a"] },
  { name: "00002_c_d", up: ["CREATE TABLE c (d INT)"], down: ["DELETE FROM c", "DROP TABLE c"] },
];
const ON_EACH = PEERS.flatMap((peer) => peer.dialects.map((dialect) => [peer.title, dialect, peer] as const));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "migration-lambda-peers-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function placeOf(dialect: DialectName): Place {
  return { dialect, folder, url: `${dialect}://me:s3cr3t@127.0.0.1:4711/shop`, count: MIGRATIONS.length };
}

/** All that was written, by path and in order of it. The packages, which may be there, are not gone into. */
function written(): ReadonlyMap<string, string> {
  const below = (path: string): readonly string[] =>
    readdirSync(join(folder, path), { withFileTypes: true }).flatMap((entry) => {
      const inner = join(path, entry.name);
      return entry.isDirectory() ? below(inner) : entry.isFile() ? [inner] : [];
    });
  const files = below("").toSorted();
  return new Map(files.map((path) => [path, readFileSync(join(folder, path), "utf8")]));
}

/** As SQL, or as a literal in code. */
function holds(text: string, statement: string): boolean {
  return text.includes(statement) || text.includes(JSON.stringify(statement));
}

describe("peers of the benchmark", () => {
  test.each(ON_EACH)(
    "%s gets the statements in files that sort as the migrations do, on %s",
    async (...[, dialect, peer]) => {
      const place = placeOf(dialect);
      await peer.prepare(MIGRATIONS, place);
      const isBack = peer.program("down", place) !== undefined;
      const files = [...written()].filter(([path]) => /\d{5}/.test(path));
      // A tool may want several files of a migration.
      const each = files.length / MIGRATIONS.length;
      for (const [index, { up, down }] of MIGRATIONS.entries()) {
        const own = files.slice(index * each, (index + 1) * each).map(([, text]) => text);
        const missing = [...up, ...(isBack ? down : [])].filter((statement) => !holds(own.join(), statement));
        expect(missing).toEqual([]);
      }
    },
  );

  test.each(ON_EACH)("%s is told where the database is when it is run, on %s", (...[, dialect, peer]) => {
    const { env, args = [], cwd } = peer.program("up", placeOf(dialect)) ?? {};
    const told = [...Object.values(env ?? {}), ...args].join(" ");
    for (const part of ["127.0.0.1", "4711", "shop", "me", "s3cr3t"]) expect(told).toContain(part);
    expect(cwd).toBe(folder);
  });

  test("those without a way down, or with one step of it at a time, are not asked for it", () => {
    const without = PEERS.filter((peer) => peer.program("down", placeOf("postgres")) === undefined);
    expect(without.map(({ title }) => title)).toEqual([
      "Drizzle",
      "dbmate",
      "Prisma",
      "Prisma 6, with its engine in WebAssembly",
    ]);
  });

  test("Drizzle's journal names the scripts, each later than the one before", async () => {
    const drizzle = PEERS.find(({ title }) => title === "Drizzle");
    await drizzle?.prepare(MIGRATIONS, placeOf("mysql"));
    const { entries } = JSON.parse(written().get("migrations/meta/_journal.json") ?? "");
    expect(entries.map(({ tag }: { tag: string }) => tag)).toEqual(MIGRATIONS.map(({ name }) => name));
    expect(entries[0].when).toBeLessThan(entries[1].when);
  });
});

describe("getting a peer", () => {
  /** For what npm does in the folder: nothing answers, and nothing is kept from before. */
  const cutOff = () =>
    writeFileSync(join(folder, ".npmrc"), `registry=http://127.0.0.1:9/\ncache=${join(folder, "cache")}\n`);

  const installed = () => {
    mkdirSync(join(folder, "node_modules"));
    const packages = { "node_modules/knex": { version: pinned.dependencies.knex } };
    writeFileSync(join(folder, "node_modules/.package-lock.json"), JSON.stringify({ packages }));
  };

  test("one that cannot be had, if only in part, says so in one line", async () => {
    cutOff();
    installed();
    const failure = toolFrom(["knex", "pg"], folder).install();
    await expect(failure).rejects.toThrow(/^knex could not be installed: .*127\.0\.0\.1:9.*$/);
  });

  test("what is installed already is left alone", async () => {
    cutOff();
    installed();
    await expect(toolFrom(["knex"], folder).install()).resolves.toBeUndefined();
  });
});
