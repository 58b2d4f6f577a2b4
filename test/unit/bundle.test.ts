import type { CodeParams } from "../../lib/migration";
import { createBundle, type Manifest } from "../../lib/source/bundle";

const described = { checksum: "c", normalised: "n", phase: "pre" } as const;
const manifestOf = (migrations: Manifest["migrations"], rest: Partial<Manifest> = {}): Manifest => ({
  location: "migrations",
  digest: "d",
  dialect: "mysql",
  format: "native",
  migrations,
  ...rest,
});
const params: CodeParams = {
  name: "00_a",
  context: {
    dialect: "mysql",
    log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
    query: async () => [],
    execute: async () => ({ rows: [], affectedRows: 0 }),
    state: undefined,
    checkpoint: async () => {},
    batch: async () => ({ batches: 0 }),
  },
};

function bundleOf(...modules: readonly unknown[]) {
  return createBundle(
    manifestOf(
      modules.map((module, i) => ({ ...described, kind: "code", name: `0${i}_a`, file: `0${i}_a.ts`, module })),
    ),
  );
}

async function runUp(module: unknown): Promise<unknown> {
  const [migration] = await bundleOf(module).load();
  return migration?.up.kind === "code" ? migration.up.run(params) : undefined;
}

const up = async ({ name }: CodeParams) => `up of ${name}`;

describe("a code module", () => {
  test.each([
    ["exports of its own", { up }],
    ["a default export", { default: { up } }],
    ["CommonJS compiled from a default export", { default: { __esModule: true, default: { up } } }],
  ])("gives its up by %s", async (_, module) => {
    expect(await runUp(module)).toBe("up of 00_a");
  });

  test("that is an object keeps its this", async () => {
    const module = {
      default: {
        word: "kept",
        async up() {
          return this.word;
        },
      },
    };
    expect(await runUp(module)).toBe("kept");
  });

  test("without a down cannot be rolled back", async () => {
    const [migration] = await bundleOf({ up }).load();
    expect(migration).not.toHaveProperty("down");
  });

  test("gives its down", async () => {
    const [migration] = await bundleOf({ up, down: async () => "down" }).load();
    expect(migration?.down?.kind === "code" && (await migration.down.run(params))).toBe("down");
  });
});

test("modules that cannot be used are refused together, by file", async () => {
  const loading = bundleOf({}, { up }, { up: "text" }, { up, down: 1 }).load();
  await expect(loading).rejects.toMatchObject({
    code: "INVALID_MIGRATIONS",
    problems: [
      { message: "00_a.ts exports no function up", file: "00_a.ts", migration: "00_a" },
      { message: "02_a.ts exports no function up" },
      { message: "03_a.ts exports a down that is no function" },
    ],
  });
});

test("a bundle without migrations is refused", async () => {
  await expect(bundleOf().load()).rejects.toMatchObject({ code: "INVALID_MIGRATIONS" });
});

test("an SQL migration comes as it was written down", async () => {
  const script = { kind: "sql", file: "01_b.sql", statements: [{ sql: "SELECT 1", line: 2 }] } as const;
  const manifest = manifestOf([{ ...described, kind: "sql", name: "01_b", up: script }]);
  expect(await createBundle(manifest).load()).toEqual([{ ...described, name: "01_b", up: script }]);
});

test("both directions of code that asks for no transaction are run without", async () => {
  const module = { up, down: async () => {} };
  const manifest = manifestOf([
    { ...described, kind: "code", name: "00_a", file: "00_a.ts", transaction: false, module },
  ]);
  const [migration] = await createBundle(manifest).load();
  expect([migration?.up.transaction, migration?.down?.transaction]).toEqual([false, false]);
});
