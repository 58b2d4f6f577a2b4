import type { StepRow, Verdict } from "./database";
import { isUnchanged, probeOf, reachedBy, tookEffect, tracesBefore } from "./effect";
import type { ReaderSetup } from "./session";

/** How far a step came that was cut off in statements which commit by themselves. Reads only. */
export async function verdictOn(setup: ReaderSetup, row: StepRow): Promise<Verdict> {
  const before = tracesBefore(row.probe);
  return before === undefined ? byFingerprint(setup, row) : byTraces(setup, row, before);
}

interface Traces {
  readonly digits: string;
  readonly atomic: number;
}

async function byTraces(setup: ReaderSetup, { script, statement }: StepRow, before: string): Promise<Verdict> {
  const { connection, dialect } = setup;
  const traces = script && dialect.traces(script, { first: statement, count: before.length }, setup);
  const unknown = { asked: statement, until: statement + before.length };
  if (traces === undefined) return unknown;
  const [seen] = await connection.query<readonly Traces[]>(
    `SELECT ${traces} AS digits, ${truth(dialect.atomicDdl)} AS atomic`,
  );
  return seen?.atomic === 1 ? reachedBy(before, seen.digits, statement) : unknown;
}

interface Witnesses {
  readonly probe: string;
  readonly holds: number | null;
  readonly atomic: number;
}

async function byFingerprint(setup: ReaderSetup, { script, statement, probe }: StepRow): Promise<Verdict> {
  const { connection, dialect } = setup;
  const after = statement + ((script && dialect.segments(script, statement)[0]?.count) ?? 1);
  const unknown = { asked: statement, until: after };
  const effect = script && dialect.effect(script, statement, setup);
  if (!effect || probe === undefined) return unknown;
  const { grammar, atomicDdl } = dialect;
  const [seen] = await connection.query<readonly Witnesses[]>(
    `SELECT ${probeOf(effect.fingerprint, grammar)} AS probe, ${effect.holds ? truth(effect.holds) : "NULL"} AS holds, ${truth(atomicDdl)} AS atomic`,
  );
  if (seen?.atomic !== 1) return unknown;
  const took = tookEffect(!isUnchanged(probe, seen.probe), seen.holds === null ? undefined : seen.holds === 1);
  return took === "unknown" ? unknown : { from: took === "yes" ? after : statement };
}

const truth = (condition: string) => `CASE WHEN ${condition} THEN 1 ELSE 0 END`;
