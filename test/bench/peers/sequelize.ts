import type { Contestant } from "../contestant";
import { type CodeForm, codeFiles } from "./forms";
import { layOut, nodeProgram } from "./project";
import { toolFrom } from "./tool";

const tool = toolFrom(["sequelize-cli", "sequelize", "mysql2", "pg"]);

const FORM: CodeForm = {
  extension: "js",
  open: (action) => `exports.${action} = async (queryInterface) => {`,
  call: (statement) => `await queryInterface.sequelize.query(${statement})`,
};

export const sequelize: Contestant = {
  ...tool,
  title: "Sequelize CLI",
  language: "JavaScript",
  dialects: ["mysql", "postgres"],
  prepare: async (migrations, { folder }) => {
    await layOut(tool, folder, { texts: codeFiles(migrations, FORM) });
  },
  program: (action, { folder, url }) => {
    const command = action === "up" ? "db:migrate" : "db:migrate:undo:all";
    return nodeProgram(folder, ["node_modules/.bin/sequelize-cli", command, "--url", url], {});
  },
};
