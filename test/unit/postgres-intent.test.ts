import { intentOf } from "../../lib/database/journal";
import { piecesOf } from "../../lib/database/message";
import { postgresGrammar } from "../../lib/database/postgres-grammar";
import { segmentsOf } from "../../lib/database/postgres-segments";

const tables = { migration: "migration", step: "migration_step", run: "migration_run" };
const run = { runId: "r", action: "migrate", key: "k", bundle: "b" };
const unflushed = expect.objectContaining({ sql: "SET LOCAL synchronous_commit = off" });

/** What is sent of a migration: the transaction of its intent, and the rest. */
function sent(...statements: readonly string[]) {
  const script = { kind: "sql", file: "1_x.sql", statements: statements.map((sql) => ({ sql, line: 1 })) } as const;
  const step = { name: "1_x", direction: "up", script, from: 0, checksum: "c", normalised: "n" } as const;
  const dialect = { grammar: postgresGrammar, implicitAlone: true };
  const course = { segments: segmentsOf(script, 0), frame: [] };
  const [intent, ...rest] = piecesOf(step, intentOf(step, run), course, {
    dialect,
    tables,
    lock: "1",
    remainingMs: 1,
  });
  return { intent, rest: rest.flat() };
}

test("the intent of a transaction is flushed with it, and the transaction itself as the session has it", () => {
  const { intent, rest } = sent("CREATE TABLE a (n int)");
  expect(intent).toContainEqual(unflushed);
  expect(rest).not.toContainEqual(unflushed);
});

test("the intent of what commits by itself is flushed before it", () => {
  expect(sent("CREATE INDEX CONCURRENTLY i ON a (n)", "CREATE TABLE b (n int)").intent).not.toContainEqual(unflushed);
});
