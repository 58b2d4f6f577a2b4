import { access } from "node:fs/promises";
import { join } from "node:path";
import type { Contestant, Place } from "../contestant";
import { sqlOf } from "./forms";
import { layOut } from "./project";
import { toolFrom } from "./tool";

const tool = toolFrom(["dbmate"]);

const PLATFORM = `${process.platform}-${process.arch}`;
/** The program itself: what npm puts before it takes a process of Node's, which those who install it elsewhere have not. */
const FILE = join(tool.folder, "node_modules/@dbmate", PLATFORM, "bin/dbmate");

/** Rolls back one migration at a time, and each by a run of its own. */
export const dbmate: Contestant = {
  ...tool,
  title: "dbmate",
  language: "Go",
  dialects: ["mysql", "postgres"],
  install: async () => {
    await tool.install();
    await access(FILE).catch((error) => {
      throw new Error(`dbmate's package has no program for ${PLATFORM}`, { cause: error });
    });
  },
  prepare: async (migrations, { folder }) => {
    const texts = migrations.map(({ name, up, down }) => {
      const text = `-- migrate:up\n${sqlOf(up)}\n-- migrate:down\n${sqlOf(down)}`;
      return [`db/migrations/${name}.sql`, text] as const;
    });
    await layOut(tool, folder, { texts });
  },
  program: (action, place) => {
    if (action === "down") return undefined;
    const args = ["--no-dump-schema", "migrate"];
    return { file: FILE, args, cwd: place.folder, env: { DATABASE_URL: addressOf(place) } };
  },
};

function addressOf({ dialect, url }: Place): string {
  const address = new URL(url);
  // It asks for TLS by default, which the server of a benchmark has not.
  if (dialect === "postgres") address.searchParams.set("sslmode", "disable");
  return address.href;
}
