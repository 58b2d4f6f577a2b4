import { GATE_ID } from "../schema-lock";
import type { Relay } from "./dialect";
import { lockCheckFails, mysqlGrammar, name } from "./mysql-grammar";

const { age, holder } = mysqlGrammar;

/** Variables of the session: a statement cannot read in one table and write to it. */
const UNTIL = `@${name("migration-lambda.until")}`;
const BEGUN = `@${name("migration-lambda.begun")}`;
/** Milliseconds since some day, as a number: texts depend on what the session takes for its character set. */
const CLOCK = age("20000101");

/** Where the gate is not taken, the variable keeps another step's number, if `sql_select_limit` is 0. */
export const mysqlRelay: Relay = {
  bytes: 1 << 20,
  until: (milliseconds) => [`SET ${UNTIL} = ${CLOCK} + ${Math.round(milliseconds)}`],
  take: (number, { tables: { step } }) => [
    `SELECT ${number} * COUNT(*) INTO ${BEGUN} FROM ${step} WHERE ${name("id")} = ${GATE_ID} AND ${CLOCK} < ${UNTIL} FOR UPDATE SKIP LOCKED`,
  ],
  taken: (number) => `${BEGUN} = ${number}`,
  // DO would keep the error to itself.
  start: (number, { lock }) =>
    `SET ${BEGUN} = IF(${BEGUN} = ${number} AND ${holder(lock)} = CONNECTION_ID(), 0, ${lockCheckFails})`,
};
