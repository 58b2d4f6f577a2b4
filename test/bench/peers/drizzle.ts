import type { BenchMigration, Contestant } from "../contestant";
import { layOut, nodeProgram } from "./project";
import { toolFrom } from "./tool";

const tool = toolFrom(["drizzle-orm", "mysql2", "pg"]);

/** A minute between one migration and the next: what is not later than the last that was applied would be left out. */
const FIRST_MS = Date.UTC(2026, 0, 1);
const STEP_MS = 60_000;

/** Has no way down. */
export const drizzle: Contestant = {
  ...tool,
  title: "Drizzle",
  language: "JavaScript",
  dialects: ["mysql", "postgres"],
  prepare: async (migrations, { dialect, folder }) => {
    const journal = journalOf(migrations, dialect === "mysql" ? "mysql" : "postgresql");
    const files = migrations.map(({ name, up }) => [`migrations/${name}.sql`, scriptOf(up)] as const);
    const texts = [["migrations/meta/_journal.json", journal] as const, ...files];
    await layOut(tool, folder, { texts, programs: ["drizzle.mjs"] });
  },
  program: (action, { folder, url }) =>
    action === "up" ? nodeProgram(folder, ["drizzle.mjs"], { DATABASE_URL: url }) : undefined,
};

/** As drizzle-kit writes it. */
function scriptOf(statements: readonly string[]): string {
  return statements.map((statement) => `${statement};`).join("\n--> statement-breakpoint\n");
}

function journalOf(migrations: readonly BenchMigration[], dialect: string): string {
  const entries = migrations.map(({ name }, idx) => {
    return { idx, version: "7", when: FIRST_MS + idx * STEP_MS, tag: name, breakpoints: true };
  });
  return JSON.stringify({ version: "7", dialect, entries }, null, 2);
}
