import type { StepRow, Verdict } from "./database";
import { verdictOf } from "./effect";
import { probeOf } from "./message";
import type { ReaderSetup } from "./reading";

interface Witnesses {
  readonly probe: string;
  readonly holds: number | null;
  readonly atomic: number;
}

/** Whether the statement in which a step was cut off has taken effect. Reads only. */
export async function verdictOn(setup: ReaderSetup, row: StepRow): Promise<Verdict> {
  const { connection, dialect } = setup;
  const effect = row.script && dialect.effect(row.script, row.statement, setup);
  if (!effect || row.probe === undefined) return "unknown";
  const { grammar, atomicDdl } = dialect;
  const truth = (condition: string) => `CASE WHEN ${condition} THEN 1 ELSE 0 END`;
  const [seen] = await connection.query<readonly Witnesses[]>(
    `SELECT ${probeOf(effect.fingerprint, grammar)} AS probe, ${effect.holds ? truth(effect.holds) : "NULL"} AS holds, ${truth(atomicDdl)} AS atomic`,
  );
  if (seen?.atomic !== 1) return "unknown";
  return verdictOf(seen.probe !== row.probe, seen.holds === null ? undefined : seen.holds === 1);
}
