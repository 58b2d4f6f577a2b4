import type { Contestant } from "../contestant";
import { codeOf } from "./forms";
import { layOut, nodeProgram } from "./project";
import { toolFrom } from "./tool";

const tool = toolFrom(["knex", "mysql2", "pg"]);

export const knex: Contestant = {
  ...tool,
  title: "knex",
  language: "JavaScript",
  dialects: ["mysql", "postgres"],
  prepare: async (migrations, { dialect, folder }) => {
    const client = dialect === "mysql" ? "mysql2" : "pg";
    const config = `module.exports = { client: "${client}", connection: process.env.DATABASE_URL };\n`;
    const files = migrations.map((migration) => {
      const open = (action: string) => `exports.${action} = async (knex) => {`;
      const text = codeOf(migration, { open, call: (statement) => `await knex.raw(${statement})` });
      return [`migrations/${migration.name}.cjs`, text] as const;
    });
    await layOut(tool, folder, { texts: [["knexfile.cjs", config], ...files] });
  },
  program: (action, { folder, url }) => {
    const command = action === "up" ? ["migrate:latest"] : ["migrate:rollback", "--all"];
    const args = ["node_modules/.bin/knex", ...command, "--knexfile", "knexfile.cjs"];
    return nodeProgram(folder, args, { DATABASE_URL: url });
  },
};
