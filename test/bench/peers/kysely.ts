import type { Contestant } from "../contestant";
import { codeOf } from "./forms";
import { layOut, nodeProgram } from "./project";
import { toolFrom } from "./tool";

const tool = toolFrom(["kysely", "mysql2", "pg"]);

export const kysely: Contestant = {
  ...tool,
  title: "Kysely",
  language: "JavaScript",
  dialects: ["mysql", "postgres"],
  prepare: async (migrations, { folder }) => {
    const texts = migrations.map((migration) => {
      const open = (action: string) => `export const ${action} = async (db) => {`;
      const call = (statement: string) => `await sql.raw(${statement}).execute(db)`;
      const text = codeOf(migration, { open, call, head: 'import { sql } from "kysely";' });
      return [`migrations/${migration.name}.mjs`, text] as const;
    });
    await layOut(tool, folder, { texts, programs: ["kysely.mjs"] });
  },
  program: (action, { folder, url }) => nodeProgram(folder, ["kysely.mjs", action], { DATABASE_URL: url }),
};
