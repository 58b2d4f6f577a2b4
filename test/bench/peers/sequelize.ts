import type { Contestant } from "../contestant";
import { codeOf } from "./forms";
import { layOut, nodeProgram } from "./project";
import { toolFrom } from "./tool";

const tool = toolFrom(["sequelize-cli", "sequelize", "mysql2", "pg"]);

export const sequelize: Contestant = {
  ...tool,
  title: "Sequelize CLI",
  language: "JavaScript",
  dialects: ["mysql", "postgres"],
  prepare: async (migrations, { folder }) => {
    const texts = migrations.map((migration) => {
      const open = (action: string) => `exports.${action} = async (queryInterface) => {`;
      const call = (statement: string) => `await queryInterface.sequelize.query(${statement})`;
      return [`migrations/${migration.name}.js`, codeOf(migration, { open, call })] as const;
    });
    await layOut(tool, folder, { texts });
  },
  program: (action, { folder, url }) => {
    const command = action === "up" ? "db:migrate" : "db:migrate:undo:all";
    return nodeProgram(folder, ["node_modules/.bin/sequelize-cli", command, "--url", url], {});
  },
};
