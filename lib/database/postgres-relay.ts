import { schemaLock } from "../schema-lock";
import type { Relay } from "./dialect";
import { lockCheckFails, postgresGrammar } from "./postgres-grammar";

const { name, now, whileLocked } = postgresGrammar;

/**
 * Here the row of the intent itself tells whether a step was begun: the row of the step before has emptied it. Its deadline is
 * that of the first step of the message.
 */
export const postgresRelay: Relay = {
  // Each step begins as its statements arrive: what the sockets do not hold at once would arrive only while the process lives.
  bytes: 64 * 1024,
  until: () => [],
  take: () => [],
  taken: (_, { tables: { step } }) =>
    `CASE WHEN ${now} < ${name("deadline")} THEN pg_catalog.pg_try_advisory_xact_lock(${schemaLock(step)}) END`,
  start: (_, { tables: { step }, lock }) =>
    `SELECT CASE WHEN (SELECT ${name("name")} FROM ${step} WHERE ${name("id")} = 1) IS NULL THEN ${lockCheckFails} ELSE ${whileLocked(lock, "0")} END`,
};
