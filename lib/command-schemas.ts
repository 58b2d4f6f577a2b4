import * as v from "valibot";
import {
  database,
  databases,
  dryRun,
  from,
  migration,
  of,
  onFailure,
  phase,
  plan,
  reason,
  runId,
  statement,
  steps,
  table,
  to,
} from "./command-fields";

/** Of every Command. */
const one = { runId: v.exactOptional(runId), database: v.exactOptional(database) };
/** Of those that may be for several databases. */
const some = { ...one, databases: v.exactOptional(databases), onFailure: v.exactOptional(onFailure) };

/** What each Command may hold, by its action. */
export const schemas = {
  status: v.strictObject(some),
  plan: v.strictObject({
    ...some,
    of: v.exactOptional(of),
    to: v.exactOptional(to),
    steps: v.exactOptional(steps),
    phase: v.exactOptional(phase),
  }),
  migrate: v.strictObject({
    ...some,
    to: v.exactOptional(to),
    steps: v.exactOptional(steps),
    phase: v.exactOptional(phase),
    plan: v.exactOptional(plan),
    dryRun: v.exactOptional(dryRun),
  }),
  rollback: v.strictObject({
    ...some,
    steps: v.exactOptional(steps),
    step: v.exactOptional(steps),
    plan: v.exactOptional(plan),
    dryRun: v.exactOptional(dryRun),
  }),
  adopt: v.strictObject({
    ...some,
    from: v.exactOptional(from),
    table: v.exactOptional(table),
    unmatched: v.exactOptional(v.picklist(["refuse", "leave"], '`unmatched` must be "refuse" or "leave"')),
    dryRun: v.exactOptional(dryRun),
  }),
  baseline: v.strictObject({ ...some, to, dryRun: v.exactOptional(dryRun) }),
  doctor: v.strictObject(some),
  cancel: v.strictObject(one),
  accept: v.strictObject({ ...one, migration, reason }),
  settle: v.strictObject({
    ...one,
    migration,
    statement,
    as: v.picklist(["applied", "not applied"], '`as` must be "applied" or "not applied"'),
    reason,
  }),
};
