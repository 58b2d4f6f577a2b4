import type { SqlScript } from "../migration";
import { probeOf, tracesProbe } from "./effect";
import type { Probed } from "./message";
import type { SessionSetup } from "./session";

/** The segments of a script from a statement on, each with what is to be kept of it before it runs. */
export function probedSegments(setup: SessionSetup, script: SqlScript, from: number): readonly Probed[] {
  const { dialect, server } = setup;
  let chainEnd = from;
  const quiet = from === 0 && !server.watched && dialect.quiet(script);
  return dialect.segments(script, from).map((segment): Probed => {
    const { first, kind, repeatable } = segment;
    if (first < chainEnd) return { ...segment, traced: true, chained: true };
    if (kind !== "implicit" || repeatable) return quiet ? { ...segment, quiet } : segment;
    const count = dialect.chain(script, first, setup);
    const traces = count > 0 ? dialect.tracesBefore(script, { first, count }, setup) : undefined;
    if (traces !== undefined) {
      chainEnd = first + count;
      return { ...segment, traced: true, probe: tracesProbe(traces, dialect.grammar) };
    }
    const effect = dialect.effect(script, first, setup);
    return effect ? { ...segment, probe: probeOf(effect.fingerprint, dialect.grammar) } : segment;
  });
}
