import { messagesOf, readFiles } from "../support/folder";

const knex = "exports.up = async (knex) => {};";
const umzug = "exports.up = async ({ context }) => {};";

test("files for Knex are known by their parameter, and named without their extension", async () => {
  expect(await readFiles({ "20240102_b.mjs": knex, "20240101_a.ts": knex })).toMatchObject({
    format: "knex",
    migrations: [{ name: "20240101_a", file: "20240101_a.ts" }, { name: "20240102_b" }],
  });
});

test("files for umzug are our own, beside SQL too", async () => {
  expect(await readFiles({ "1_a.js": umzug, "2_b.sql": "SELECT 1;" })).toMatchObject({ format: "native" });
});

test.each([
  [
    "files for several tools",
    { "1_a.js": knex, "2_b.js": umzug },
    {},
    [/^1_a.js is a migration for knex/, /^2_b.js is a/],
  ],
  [
    "SQL beside files for Knex",
    { "1_a.js": knex, "2_b.sql": "" },
    {},
    [/^2_b.sql: is no migration; known are NAME.js/],
  ],
  ["SQL where umzug is set", { "1_a.js": umzug, "2_b.sql": "" }, { format: "umzug" }, [/^2_b.sql: is no migration/]],
  ["a file in a folder", { "1_a.js": knex, "x/2_b.js": knex }, {}, [/^x\/2_b.js: is no migration/]],
  ["two files of one name", { "1_a.js": knex, "1_a.ts": knex }, {}, [/^1_a.js and 1_a.ts: more than one file/]],
] as const)("refused are %s", async (_, files, options, messages) => {
  expect(await messagesOf(files, options)).toEqual(messages.map((message) => expect.stringMatching(message)));
});
