import type { Contestant } from "../contestant";
import { type CodeForm, codeFiles } from "./forms";
import { layOut, nodeProgram } from "./project";
import { toolFrom } from "./tool";

const tool = toolFrom(["node-pg-migrate", "pg"]);

const FORM: CodeForm = {
  extension: "js",
  open: (action) => `exports.${action} = (pgm) => {`,
  call: (statement) => `pgm.sql(${statement})`,
};

export const nodePgMigrate: Contestant = {
  ...tool,
  title: "node-pg-migrate",
  language: "JavaScript",
  dialects: ["postgres"],
  prepare: async (migrations, { folder }) => {
    await layOut(tool, folder, { texts: codeFiles(migrations, FORM) });
  },
  program: (action, { folder, url, count }) => {
    const command = action === "up" ? ["up"] : ["down", String(count)];
    return nodeProgram(folder, ["node_modules/.bin/node-pg-migrate", ...command], { DATABASE_URL: url });
  },
};
