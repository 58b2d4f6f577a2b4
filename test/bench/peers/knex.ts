import type { Contestant } from "../contestant";
import { type CodeForm, codeFiles } from "./forms";
import { layOut, nodeProgram } from "./project";
import { toolFrom } from "./tool";

const tool = toolFrom(["knex", "mysql2", "pg"]);

const FORM: CodeForm = {
  extension: "cjs",
  open: (action) => `exports.${action} = async (knex) => {`,
  call: (statement) => `await knex.raw(${statement})`,
};

export const knex: Contestant = {
  ...tool,
  title: "knex",
  language: "JavaScript",
  dialects: ["mysql", "postgres"],
  prepare: async (migrations, { dialect, folder }) => {
    const client = dialect === "mysql" ? "mysql2" : "pg";
    const config = `module.exports = { client: "${client}", connection: process.env.DATABASE_URL };\n`;
    await layOut(tool, folder, { texts: [["knexfile.cjs", config], ...codeFiles(migrations, FORM)] });
  },
  program: (action, { folder, url }) => {
    const command = action === "up" ? ["migrate:latest"] : ["migrate:rollback", "--all"];
    const args = ["node_modules/.bin/knex", ...command, "--knexfile", "knexfile.cjs"];
    return nodeProgram(folder, args, { DATABASE_URL: url });
  },
};
