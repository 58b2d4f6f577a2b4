import { type CodeFormat, codeFormatOf, detectCodeFormat, sequelizeTraits } from "../../lib/source/code-format";

const of = (format: CodeFormat | undefined, texts: readonly string[]) => texts.map((text) => [text, format] as const);

test.each([
  ...of("knex", [
    "exports.up = function(knex) {",
    "exports.up = async (knex, Promise) => {",
    "module.exports.up = knex => knex.schema",
    "export async function up(knex: Knex): Promise<void> {",
    "export const up = async (db: Knex) => {",
    "export const up = async (trx: Knex.Transaction) => {",
    "const up = async function up(\n  knex,\n) {};\nmodule.exports = { up };",
    "exports.up = (/* the connection */ knex) => {",
  ]),
  ...of("sequelize", [
    "module.exports = { up: (queryInterface, Sequelize) => {} };",
    "module.exports = {\n  async up (queryInterface, Sequelize) {} };",
    'module.exports = { "up": async function (queryInterface /*, Sequelize */) {} };',
    "export async function up(qi: QueryInterface) {",
    "module.exports = { up: function (migration, DataTypes, done) {} };",
    "exports.up = async ({ context: queryInterface }) => {",
    "export const up: Migration = async ({ name, context: sequelize }) => {",
  ]),
  ...of("umzug", [
    "export async function up({ context }: CodeParams): Promise<void> {",
    "export const up: Migration = async ({ context: { query } }) => {",
    "exports.up = async (params) => {",
    "export default { async up({ name }) {} };",
  ]),
  ...of(undefined, [
    "exports.up = async () => {};",
    "exports.up = function (db) {};",
    "// exports.up = function (knex) {}",
    "export const down = (knex) => {};",
    "const group = knex.up(knex);",
  ]),
])("the first parameter of %j shows %s", (text, format) => {
  expect(codeFormatOf(text)).toBe(format);
});

test("a folder has the format that shows in its files", () => {
  const files = [
    { file: "1.js", text: "exports.up = async () => {};" },
    { file: "2.js", text: "exports.up = async (knex) => {};" },
  ];
  expect(detectCodeFormat(files)).toBe("knex");
});

test("a folder in whose files nothing shows is umzug's", () => {
  expect(detectCodeFormat([{ file: "1.js", text: "exports.up = async () => {};" }])).toBe("umzug");
});

test("a folder of several formats is refused with each file's", () => {
  const files = [
    { file: "1.js", text: "exports.up = async (knex) => {};" },
    { file: "2.js", text: "exports.up = async (queryInterface) => {};" },
    { file: "3.js", text: "exports.up = async () => {};" },
  ];
  expect(detectCodeFormat(files)).toMatchObject([
    { code: "INVALID", file: "1.js", message: expect.stringContaining("knex") },
    { code: "INVALID", file: "2.js", message: expect.stringContaining("sequelize") },
  ]);
});

test.each([
  ["exports.up = async ({ context: sequelize }) => {}", { context: "sequelize" }],
  ["exports.up = async ({ context: queryInterface }) => {}", {}],
  [
    "exports.up = async (queryInterface) => queryInterface.addIndex(t, f, { concurrently: true })",
    { transaction: false },
  ],
  ["exports.up = async (queryInterface) => {} // not concurrently", {}],
])("of a Sequelize migration, %j tells how it is to be run", (text, traits) => {
  expect(sequelizeTraits(text)).toEqual(traits);
});
