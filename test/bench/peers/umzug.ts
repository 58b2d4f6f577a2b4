import type { Contestant } from "../contestant";
import { type CodeForm, codeFiles } from "./forms";
import { layOut, nodeProgram } from "./project";
import { toolFrom } from "./tool";

const tool = toolFrom(["umzug", "serverless-mysql", "mysql2", "pg"]);

const FORM: CodeForm = {
  extension: "js",
  open: (action) => `exports.${action} = async ({ context }) => {`,
  call: (statement) => `await context.query(${statement})`,
};

export const umzug: Contestant = {
  ...tool,
  title: "umzug, as in the pattern",
  language: "JavaScript",
  dialects: ["mysql", "postgres"],
  prepare: async (migrations, { folder }) => {
    await layOut(tool, folder, { texts: codeFiles(migrations, FORM), programs: ["umzug.cjs"] });
  },
  program: (action, { folder, url }) => nodeProgram(folder, ["umzug.cjs", action], { DATABASE_URL: url }),
};
