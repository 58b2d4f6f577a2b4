import type { AppliedRow, StepRow } from "../../lib/database/database";
import { segmentsOf } from "../../lib/database/mysql-segments";
import { makePlan, type PlanInput } from "../../lib/engine/plan";
import type { Migration } from "../../lib/migration";
import { sql } from "./migrator";

/** A migration with both directions. */
export const up = (name: string, text = "DO 0;") => sql(name, `-- migrate:up\n${text}\n-- migrate:down\nDO 1;`);
/** What `plan` plans where it is told nothing else. */
export const [a, b, c] = [up("1_a"), up("2_b"), up("3_c")] as const;

function row(migration: Migration, id: number): AppliedRow {
  const { name, checksum, normalised, down } = migration;
  const kept = down?.kind === "sql" ? { down } : {};
  return {
    id,
    name,
    checksum,
    normalised,
    appliedAt: "2026-01-01T00:00:00.000Z",
    runId: "r",
    bundle: "7+abc",
    ...kept,
    ...(migration.repeatable && { repeatable: true as const }),
  };
}

/** A step that was cut off before its first statement. */
export function halfWay(migration: Migration, more: Partial<StepRow> = {}): StepRow {
  const { name, checksum, normalised, up: script, down } = migration;
  const sqls = { ...(script.kind === "sql" && { script }), ...(down?.kind === "sql" && { down }) };
  return {
    name,
    direction: "up",
    checksum,
    normalised,
    ...sqls,
    statement: 0,
    connection: 1,
    runId: "r",
    bundle: "7+abc",
    elapsedMs: 0,
    cuts: 0,
    allowedMs: 0,
    ...more,
  };
}

export const nothingApplied: Pick<PlanInput, "state" | "database" | "late"> = {
  state: { applied: [] },
  database: {
    segments: ({ statements }, from) => segmentsOf(statements, from),
    settling: () => "looked up",
    remark: () => undefined,
    unended: () => undefined,
    lost: () => undefined,
  },
  late: "refuse",
};

/** What `makePlan` makes, in a few words. */
export function plan(input: Partial<PlanInput> & { readonly applied?: readonly Migration[]; readonly step?: StepRow }) {
  const { applied = [], step, ...rest } = input;
  const made = makePlan({
    command: { action: "migrate" },
    migrations: [a, b, c],
    ...nothingApplied,
    state: { applied: applied.map((one, index) => row(one, index + 1)), ...(step && { step }) },
    ...rest,
  });
  const steps = made.steps.map(({ name, direction, from }) => `${direction} ${name}${from > 0 ? ` from ${from}` : ""}`);
  return { steps, problems: made.problems.map(({ code: kind, migration }) => `${kind} ${migration ?? ""}`.trim()) };
}

export const migrate = (more: object) => ({ command: { action: "migrate", ...more } as const });
export const rollback = (steps: number) => ({ command: { action: "rollback", steps } as const });
