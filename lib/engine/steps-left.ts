import type { PlannedStep, RunRow, State } from "../database/database";

/** What a run has not finished of what it set out to do; the step that it is at is the first. */
export function stepsLeft({ plan }: RunRow, { applied, step }: State): readonly PlannedStep[] {
  const at = plan.findIndex(({ name, direction }) => name === step?.name && direction === step.direction);
  if (at >= 0) return plan.slice(at);
  const there = new Set(applied.map(({ name }) => name));
  return plan.filter(({ name, direction }) => there.has(name) !== (direction === "up"));
}
