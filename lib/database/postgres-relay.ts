import { schemaLock } from "../schema-lock";
import type { Relay, RelayPlace } from "./dialect";
import { lockCheckFails, postgresGrammar } from "./postgres-grammar";
import { WATCHED } from "./postgres-quiet";

const { name, now, whileLocked } = postgresGrammar;

/** Of each table: it is asked for with every step. */
const gates = new Map<string, string>();

function gateOf(step: string): string {
  const gate = gates.get(step) ?? schemaLock(step);
  gates.set(step, gate);
  return gate;
}

/**
 * Here the row of the intent itself tells whether a step was begun: the row of the step before has emptied it. Its deadline is
 * that of the first step of the message.
 */
const relay: Relay = {
  // Each step begins as its statements arrive: what the sockets do not hold at once would arrive only while the process lives.
  bytes: 64 * 1024,
  parameter: (place) => `$${place}`,
  until: () => [],
  take: () => [],
  taken: (_, { tables: { step } }) =>
    `CASE WHEN ${now} < ${name("deadline")} THEN pg_catalog.pg_try_advisory_xact_lock(${gateOf(step)}) END`,
  start: (_, place) => startIf("TRUE", place),
};

/**
 * @param watched as of the server. Where it was not and has become it, a step is not begun by the one before it, which may
 * have left the session as it was.
 */
export function relayWhere(watched: boolean): Relay {
  return watched ? relay : { ...relay, start: (_, place) => startIf(`NOT ${WATCHED}`, place) };
}

function startIf(condition: string, { tables: { step }, lock }: RelayPlace): string {
  const begun = `(SELECT ${name("name")} FROM ${step} WHERE ${name("id")} = 1) IS NOT NULL`;
  return `SELECT CASE WHEN ${begun} AND ${condition} THEN ${whileLocked(lock, "0")} ELSE ${lockCheckFails} END`;
}
