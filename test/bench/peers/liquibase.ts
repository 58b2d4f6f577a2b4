import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { BenchMigration, Contestant } from "../contestant";
import { sqlOf } from "./forms";
import { layOut } from "./project";
import { toolFrom } from "./tool";

const tool = toolFrom(["liquibase"]);
/** npm's package has the whole of it, and drivers for both. */
const FILE = join(tool.folder, "node_modules/liquibase/dist/liquibase/liquibase");
const CHANGELOG = "databaseChangeLog:\n  - includeAll:\n      path: migrations/\n";

export const liquibase: Contestant = {
  title: "Liquibase",
  language: "Java",
  dialects: ["mysql", "postgres"],
  install: async () => {
    await promisify(execFile)("java", ["-version"]).catch((error) => {
      throw new Error("Liquibase needs Java, and there is no `java` in PATH", { cause: error });
    });
    await tool.install();
  },
  version: async () => {
    const { stdout } = await promisify(execFile)(FILE, ["--version"]);
    // The package has a version of its own.
    return /^Liquibase Version: (\S+)$/m.exec(stdout)?.[1] ?? (await tool.version());
  },
  prepare: async (migrations, { folder }) => {
    const files = migrations.map((migration) => [`migrations/${migration.name}.sql`, scriptOf(migration)] as const);
    await layOut(tool, folder, { texts: [["changelog.yaml", CHANGELOG], ...files] });
  },
  program: (action, { dialect, folder, url, count }) => {
    const { host, username, password, pathname } = new URL(url);
    const kind = dialect === "mysql" ? "mariadb" : "postgresql";
    const command = action === "up" ? ["update"] : ["rollback-count", `--count=${count}`];
    const args = [...command, "--changelog-file=changelog.yaml", `--url=jdbc:${kind}://${host}${pathname}`];
    const env = {
      LIQUIBASE_COMMAND_USERNAME: decodeURIComponent(username),
      LIQUIBASE_COMMAND_PASSWORD: decodeURIComponent(password),
    };
    return { file: FILE, args, cwd: folder, env };
  },
};

function scriptOf({ name, up, down }: BenchMigration): string {
  const back = down.map((statement) => `--rollback ${statement};\n`).join("");
  return `--liquibase formatted sql\n\n--changeset bench:${name}\n${sqlOf(up)}${back}`;
}
