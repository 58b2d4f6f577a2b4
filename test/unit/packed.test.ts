import { createBundle, type Manifest, type SqlEntry } from "../../lib/source/bundle";
import { unpack } from "../../lib/source/packed";
import { pack } from "../../plugins/pack";

const numbers = Array.from({ length: 2_000 }, (_, index) => index);

function entryOf(number: number): SqlEntry {
  return {
    kind: "sql",
    name: `${number}_a`,
    checksum: `checksum of ${number}`,
    normalised: `normalised ${number}`,
    source: { sha256: [`sum of ${number}`], crc32: number },
    phase: number % 2 === 0 ? "pre" : "post",
    up: { kind: "sql", file: `${number}_a.up.sql`, statements: [{ sql: `SELECT ${number}`, line: 1 }] },
    down: {
      kind: "sql",
      file: `${number}_a.down.sql`,
      statements: [{ sql: `SELECT -${number}`, line: 2 }],
      transaction: false,
    },
  };
}

const entries = numbers.map(entryOf);

function loaded(migrations: Manifest["migrations"]) {
  const manifest = { location: "migrations", digest: "d", dialect: "mysql", format: "native", migrations } as const;
  return createBundle(manifest, { WORD: "said" }).load();
}

/** As JSON has it: what is unpacked has a number of its own besides, and another kind. */
const plain = (value: unknown) => JSON.parse(JSON.stringify(value));

test("what is packed says what the files say, in whatever order it is asked", async () => {
  const asked = (await loaded(unpack(pack(entries)))).toReversed().map((one) => ({ ...plain(one), kind: "sql" }));
  expect(asked).toEqual(entries.toReversed());
});

test("the statements are in few texts, none of which is long", () => {
  const { scripts } = pack(entries);
  expect(scripts.length).toBeGreaterThan(2);
  expect(scripts.length).toBeLessThan(20);
});

test("a migration without a down and a source has none when it is unpacked", async () => {
  const { down: _, source: __, ...entry } = entryOf(1);
  const [migration] = await loaded(unpack(pack([entry])));
  expect(plain(migration)).toEqual({ ...entry, kind: "packed" });
});

test("what has placeholders gets their values among what is packed", async () => {
  const placeholder = { statement: 0, start: 8, end: 16, place: "'", expansion: { name: "word" } } as const;
  const up = {
    kind: "sql",
    file: "b.sql",
    statements: [{ sql: "SELECT '--word--'", line: 1 }],
    placeholders: [placeholder],
  } as const;
  const migrations = await loaded(unpack(pack([entryOf(1), { ...entryOf(2), up }, entryOf(3)])));
  const texts = migrations.map((one) => one.up.kind === "sql" && one.up.statements[0]?.sql);
  expect(texts).toEqual(["SELECT 1", "SELECT 'said'", "SELECT 3"]);
});
