import type { Contestant } from "../contestant";
import { type CodeForm, codeFiles } from "./forms";
import { layOut, nodeProgram } from "./project";
import { toolFrom } from "./tool";

const tool = toolFrom(["kysely", "mysql2", "pg"]);

const FORM: CodeForm = {
  extension: "mjs",
  open: (action) => `export const ${action} = async (db) => {`,
  call: (statement) => `await sql.raw(${statement}).execute(db)`,
  head: 'import { sql } from "kysely";',
};

export const kysely: Contestant = {
  ...tool,
  title: "Kysely",
  language: "JavaScript",
  dialects: ["mysql", "postgres"],
  prepare: async (migrations, { folder }) => {
    await layOut(tool, folder, { texts: codeFiles(migrations, FORM), programs: ["kysely.mjs"] });
  },
  program: (action, { folder, url }) => nodeProgram(folder, ["kysely.mjs", action], { DATABASE_URL: url }),
};
