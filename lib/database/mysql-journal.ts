import { GATE_ID } from "../schema-lock";
import type { JournalTables } from "./journal";

const NAME = "VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin";
const WORD = "VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin";
const HASH = "CHAR(64) CHARACTER SET ascii COLLATE ascii_bin";
const LONG = "LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin";

/** Declarations of the columns that came later. */
export const added: Readonly<Record<string, string>> = {
  origin: `${LONG} NULL`,
  repeatable: "INT NOT NULL DEFAULT 0",
  probe: `${LONG} NULL`,
  state: `${LONG} NULL`,
  phase: `${WORD} NULL`,
  cuts: "INT NOT NULL DEFAULT 0",
};

/** Its numbers were once no more than one, and it had no row that guarded transactions share. */
export function updateTables(tables: JournalTables): readonly string[] {
  return [`ALTER TABLE ${tables.step} MODIFY \`id\` INT NOT NULL`, gateRow(tables)];
}

function gateRow({ step }: JournalTables): string {
  return `INSERT IGNORE INTO ${step} (\`id\`) VALUES (${GATE_ID})`;
}

/**
 * What makes the tables; each statement does nothing where its table is there. Times are UTC. The first table that is read
 * comes last: where it is, the others are.
 */
export function createTables(tables: JournalTables): readonly string[] {
  return [
    `CREATE TABLE IF NOT EXISTS ${tables.step} (
 \`id\` INT NOT NULL PRIMARY KEY, \`name\` ${NAME} NULL, \`direction\` ${WORD} NULL, \`checksum\` ${HASH} NULL, \`normalised\` ${HASH} NULL,
 \`script\` ${LONG} NULL, \`down\` ${LONG} NULL, \`statement\` INT NOT NULL DEFAULT 0, \`connection\` BIGINT UNSIGNED NULL,
 \`runId\` ${WORD} NULL, \`bundle\` ${NAME} NULL, \`startedAt\` DATETIME(6) NULL, \`deadline\` DATETIME(6) NULL, \`error\` ${LONG} NULL,
 \`probe\` ${LONG} NULL, \`state\` ${LONG} NULL, \`cuts\` INT NOT NULL DEFAULT 0, \`phase\` ${WORD} NULL) ENGINE=InnoDB`,
    gateRow(tables),
    `CREATE TABLE IF NOT EXISTS ${tables.run} (
 \`id\` BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, \`runId\` ${WORD} NOT NULL UNIQUE, \`action\` ${WORD} NOT NULL,
 \`runKey\` ${HASH} NOT NULL, \`bundle\` ${NAME} NOT NULL, \`caller\` ${NAME} NULL, \`connection\` BIGINT UNSIGNED NOT NULL, \`plan\` ${LONG} NOT NULL,
 \`startedAt\` DATETIME(6) NOT NULL, \`deadline\` DATETIME(6) NOT NULL, \`finishedAt\` DATETIME(6) NULL, \`outcome\` ${WORD} NULL,
 \`report\` ${LONG} NULL, KEY \`finishedAt\` (\`finishedAt\`)) ENGINE=InnoDB`,
    `CREATE TABLE IF NOT EXISTS ${tables.migration} (
 \`id\` BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, \`name\` ${NAME} NOT NULL UNIQUE,
 \`createdAt\` DATETIME(6) NOT NULL, \`updatedAt\` DATETIME(6) NOT NULL, \`checksum\` ${HASH} NOT NULL, \`normalised\` ${HASH} NOT NULL,
 \`durationMs\` BIGINT NOT NULL, \`runId\` ${WORD} NOT NULL, \`bundle\` ${NAME} NOT NULL, \`down\` ${LONG} NULL, \`origin\` ${LONG} NULL,
 \`repeatable\` INT NOT NULL DEFAULT 0, \`phase\` ${WORD} NULL) ENGINE=InnoDB`,
  ];
}
