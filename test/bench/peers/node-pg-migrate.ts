import type { Contestant } from "../contestant";
import { codeOf } from "./forms";
import { layOut, nodeProgram } from "./project";
import { toolFrom } from "./tool";

const tool = toolFrom(["node-pg-migrate", "pg"]);

export const nodePgMigrate: Contestant = {
  ...tool,
  title: "node-pg-migrate",
  language: "JavaScript",
  dialects: ["postgres"],
  prepare: async (migrations, { folder }) => {
    const texts = migrations.map((migration) => {
      const open = (action: string) => `exports.${action} = (pgm) => {`;
      const text = codeOf(migration, { open, call: (statement) => `pgm.sql(${statement})` });
      return [`migrations/${migration.name}.js`, text] as const;
    });
    await layOut(tool, folder, { texts });
  },
  program: (action, { folder, url, count }) => {
    const command = action === "up" ? ["up"] : ["down", String(count)];
    return nodeProgram(folder, ["node_modules/.bin/node-pg-migrate", ...command], { DATABASE_URL: url });
  },
};
