import type { Contestant } from "../contestant";
import { codeOf } from "./forms";
import { layOut, nodeProgram } from "./project";
import { toolFrom } from "./tool";

const tool = toolFrom(["umzug", "serverless-mysql", "mysql2", "pg"]);

export const umzug: Contestant = {
  ...tool,
  title: "umzug, as in the pattern",
  language: "JavaScript",
  dialects: ["mysql", "postgres"],
  prepare: async (migrations, { folder }) => {
    const texts = migrations.map((migration) => {
      const open = (action: string) => `exports.${action} = async ({ context }) => {`;
      const text = codeOf(migration, { open, call: (statement) => `await context.query(${statement})` });
      return [`migrations/${migration.name}.js`, text] as const;
    });
    await layOut(tool, folder, { texts, programs: ["umzug.cjs"] });
  },
  program: (action, { folder, url }) => nodeProgram(folder, ["umzug.cjs", action], { DATABASE_URL: url }),
};
