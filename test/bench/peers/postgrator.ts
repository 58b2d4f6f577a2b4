import type { Contestant } from "../contestant";
import { numberAndTitle, sqlOf } from "./forms";
import { layOut, nodeProgram } from "./project";
import { toolFrom } from "./tool";

const tool = toolFrom(["postgrator-cli", "mysql", "pg"]);

export const postgrator: Contestant = {
  ...tool,
  title: "postgrator-cli",
  language: "JavaScript",
  dialects: ["mysql", "postgres"],
  prepare: async (migrations, { folder }) => {
    const texts = migrations.flatMap((migration) => {
      const [number, title] = numberAndTitle(migration);
      return [
        [`migrations/${number}.do.${title}.sql`, sqlOf(migration.up)] as const,
        [`migrations/${number}.undo.${title}.sql`, sqlOf(migration.down)] as const,
      ];
    });
    await layOut(tool, folder, { texts });
  },
  program: (action, { dialect, folder, url }) => {
    const { hostname, port, username, password, pathname } = new URL(url);
    const server = ["--host", hostname, "--port", port, "--database", pathname.slice(1)];
    const login = ["--username", decodeURIComponent(username), "--password", decodeURIComponent(password)];
    const driver = ["--driver", dialect === "mysql" ? "mysql" : "pg", "--no-config"];
    const target = action === "up" ? "max" : "0";
    return nodeProgram(folder, ["node_modules/.bin/postgrator", target, ...driver, ...server, ...login], {});
  },
};
