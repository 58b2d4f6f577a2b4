import { type CodeModule, readModule, type Tool } from "../../lib/source/code-file";

const functions = { up: async () => {}, down: async () => {} };
const knex: Tool = { format: "knex", package: {} };
const sequelize: Tool = { format: "sequelize", package: {} };

/** How the scripts of a file that holds these exports ask to be run. */
function transactionsOf(code: Partial<CodeModule>, tool?: Tool): readonly unknown[] {
  const scripts = readModule({ file: "1_x.js", module: functions, ...code }, tool);
  return typeof scripts === "string" ? [scripts] : [scripts.up.transaction, scripts.down?.transaction];
}

test.each([
  ["a Knex migration whose config says so", { module: { ...functions, config: { transaction: false } } }, knex],
  ["one in a default export", { module: { default: { ...functions, config: { transaction: false } } } }, knex],
  ["a Knex migration with a marker of ours", { transaction: false as const }, knex],
  ["a Sequelize migration with a marker of ours", { transaction: false as const }, sequelize],
  ["our own with a marker", { transaction: false as const }, undefined],
])("%s is run outside of a transaction, up and down", (_, code, tool) => {
  expect(transactionsOf(code, tool)).toEqual([false, false]);
});

test.each([
  ["a Knex migration that says nothing", {}, knex],
  ["a Knex migration whose config asks for one", { module: { ...functions, config: { transaction: true } } }, knex],
  [
    "a Sequelize migration that exports a config",
    { module: { ...functions, config: { transaction: false } } },
    sequelize,
  ],
  ["our own that exports a config", { module: { ...functions, config: { transaction: false } } }, undefined],
])("%s is run in a transaction", (_, code, tool) => {
  expect(transactionsOf(code, tool)).toEqual([undefined, undefined]);
});

test("a module for another tool that exports no up is refused as any other", () => {
  expect(readModule({ file: "1_x.js", module: { down: functions.down } }, knex)).toBe("exports no function up");
});
