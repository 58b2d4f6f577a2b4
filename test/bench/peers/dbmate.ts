import { join } from "node:path";
import type { Contestant, Place } from "../contestant";
import { sqlOf } from "./forms";
import { layOut, toolFrom } from "./tool";

const tool = toolFrom(["dbmate"]);

/** Rolls back one migration at a time, and each by a run of its own. */
export const dbmate: Contestant = {
  ...tool,
  title: "dbmate",
  language: "Go",
  dialects: ["mysql", "postgres"],
  prepare: async (migrations, { folder }) => {
    const texts = migrations.map(({ name, up, down }) => {
      const text = `-- migrate:up\n${sqlOf(up)}\n-- migrate:down\n${sqlOf(down)}`;
      return [`db/migrations/${name}.sql`, text] as const;
    });
    await layOut(tool, folder, { texts });
  },
  program: (action, place) => {
    if (action === "down") return undefined;
    // The program itself: what npm puts before it takes a process of Node's, which those who install it elsewhere have not.
    const file = join(tool.folder, "node_modules/@dbmate", `${process.platform}-${process.arch}`, "bin/dbmate");
    const args = ["--no-dump-schema", "migrate"];
    return { file, args, cwd: place.folder, env: { DATABASE_URL: addressOf(place) } };
  },
};

function addressOf({ dialect, url }: Place): string {
  const address = new URL(url);
  // It asks for TLS by default, which the server of a benchmark has not.
  if (dialect === "postgres") address.searchParams.set("sslmode", "disable");
  return address.href;
}
