import { createHash } from "node:crypto";
import type { MigrateCommand, RollbackCommand } from "../command";
import type { Database, State, Step } from "../database/database";
import { excerpt } from "../mask";
import type { Migration, Phase, SqlScript } from "../migration";
import type { Preview, PreviewStatement, PreviewStep } from "../preview";
import type { Problem } from "../report";

/** What a Preview is made from. */
export interface Previewed {
  readonly command: MigrateCommand | RollbackCommand;
  readonly migrations: readonly Migration[];
  readonly state: Pick<State, "applied" | "step">;
  readonly database: Pick<Database, "segments" | "settling">;
}

/** A Report must fit into an answer: Lambda's have 6 MB at most. */
const MOST_STATEMENTS = 5_000;

/** Pure. @param name of the database */
export function preview(steps: readonly Step[], seen: Previewed, name: string): Preview {
  let room = MOST_STATEMENTS;
  const { migrations, database } = seen;
  const phases = new Map(migrations.map((migration) => [migration.name, migration.phase]));
  const shown = steps.map((step) => {
    const one = previewOf(step, { database, phase: phases.get(step.name) }, room);
    room -= one.statements?.length ?? 0;
    return one;
  });
  return { digest: digestOf(seen, name), steps: shown };
}

type Known = Pick<Previewed, "database"> & { readonly phase: Phase | undefined };

function previewOf(step: Step, { database, phase }: Known, room: number): PreviewStep {
  const { name, direction, script, from } = step;
  const head = { name, direction, ...(phase && { phase }), file: script.file, ...(from > 0 && { from: from + 1 }) };
  if (script.kind === "code") return head;
  const all = statementsOf(script, from, database);
  const statements = all.slice(0, room);
  return { ...head, statements, ...(all.length > statements.length && { more: all.length - statements.length }) };
}

function statementsOf(script: SqlScript, from: number, database: Previewed["database"]): readonly PreviewStatement[] {
  return database.segments(script, from).flatMap((segment, at) => {
    const whenCutOff = database.settling(script, segment);
    const statements = script.statements.slice(segment.first, segment.first + segment.count);
    return statements.map(({ sql, line, file }, offset) => ({
      statement: segment.first + offset + 1,
      line,
      ...(file !== undefined && { file }),
      sql: excerpt(sql),
      segment: at + 1,
      whenCutOff,
    }));
  });
}

/** In two parts, so that it can be told which has changed: what is asked of which migrations, and the journal. */
function digestOf({ command, migrations, state }: Previewed, name: string): string {
  const { action, steps } = command;
  const { to, phase } = command.action === "migrate" ? command : {};
  const set = migrations.map((migration) => [migration.name, migration.checksum]);
  const applied = state.applied.map((row) => [row.name, row.checksum]);
  const { step } = state;
  const begun = step && [step.name, step.direction, step.checksum, step.statement];
  return `${hash([action, to, steps, phase, set])}-${hash([name, applied, begun])}`;
}

function hash(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 20);
}

/** @returns why what would be done now is not what a plan has shown */
export function planChanged(plan: string, seen: Previewed, name: string): Problem | undefined {
  const now = digestOf(seen, name);
  if (plan === now) return undefined;
  const [asked, journal] = plan.split("-");
  const moved = [
    ...(now.startsWith(`${asked}-`) ? [] : ["the command or the migrations are others"]),
    ...(now.endsWith(`-${journal}`) ? [] : ["the database has other migrations applied, or half applied"]),
  ];
  const message = `This is not what the plan has shown: ${moved.join(", and ")}.`;
  return { code: "PLAN_CHANGED", message, advice: "Look at the plan as it is now, and give its digest." };
}

export function protectedProblem({ steps }: Pick<RollbackCommand, "steps">): Problem {
  const asked = JSON.stringify({ action: "plan", of: "rollback", steps });
  return {
    code: "PROTECTED",
    message: "Rollback is protected in this database, and needs the digest of a plan that was looked at.",
    advice: `Call plan with ${asked}, and roll back with its \`digest\` as \`plan\`.`,
  };
}
