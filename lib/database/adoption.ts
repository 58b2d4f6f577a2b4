import type { AdoptedRow, Guard, RunStart, Session } from "./database";
import { quoted } from "./foreign";
import { foreignGrammar } from "./foreign-grammar";
import { storedScript } from "./journal";
import type { SessionSetup } from "./session";

/** Writes into the journal what was applied without us. */
export function createAdoption(setup: SessionSetup): Pick<Session, "guarded" | "adopt"> {
  return {
    guarded: (guard, work) => guarded(setup, guard, work),
    adopt: async (rows, run) => {
      for (const row of rows) await setup.connection.query(insertRow(setup, row, run));
    },
  };
}

type Guarded<T> = { readonly value: T } | { readonly busy: "lock" | "table" };

async function guarded<T>(setup: SessionSetup, guard: Guard, work: () => Promise<T>): Promise<Guarded<T>> {
  const { lock, tables } = guard;
  const { grammar } = setup.dialect;
  if (lock === undefined) return keeping(setup, tables, work);
  const [answer] = await setup.connection.query<readonly { readonly got: number | null }[]>(
    `SELECT ${grammar.tryLock(lock)} AS got`,
  );
  if (answer?.got !== 1) return { busy: "lock" };
  try {
    return await keeping(setup, tables, work);
  } finally {
    // Closing the connection gives it back as well.
    if (!setup.connection.busy()) await setup.connection.query(grammar.unlock(lock)).catch(() => undefined);
  }
}

async function keeping<T>(setup: SessionSetup, tables: Guard["tables"], work: () => Promise<T>): Promise<Guarded<T>> {
  const { name, grammar } = setup.dialect;
  for (const sql of foreignGrammar(name, grammar).begin) await setup.connection.query(sql);
  try {
    const free = await keep(setup, tables);
    const end: Guarded<T> = free ? { value: await work() } : { busy: "table" };
    await setup.connection.query("COMMIT");
    return end;
  } catch (error) {
    await setup.connection.query("ROLLBACK").catch(() => undefined);
    throw error;
  }
}

/** False when somebody else is writing one of them, and went on until our patience ended. */
async function keep(setup: SessionSetup, tables: Guard["tables"]): Promise<boolean> {
  const { connection, dialect } = setup;
  const foreign = foreignGrammar(dialect.name, dialect.grammar);
  try {
    for (const table of tables.map((one) => quoted(setup, one))) {
      const [answer] = await connection.query<readonly { readonly may: number }[]>(foreign.mayKeep(table));
      if (answer?.may === 1) await connection.query(foreign.keep(table));
    }
    return true;
  } catch (error) {
    if (dialect.errors.isServerError(error) && dialect.errors.kindOf(error) === "contention") return false;
    throw error;
  }
}

function insertRow({ dialect, tables, lock }: SessionSetup, row: AdoptedRow, run: RunStart): string {
  const { name, text, now, time, whileLocked } = dialect.grammar;
  const values = {
    name: text(row.name),
    createdAt: row.appliedAt === undefined ? now : time(row.appliedAt),
    updatedAt: now,
    checksum: text(row.checksum),
    normalised: text(row.normalised),
    durationMs: whileLocked(lock, "0"),
    runId: text(run.runId),
    bundle: text(run.bundle),
    down: text(storedScript(row.down)),
    origin: text(row.origin),
  };
  return `INSERT INTO ${tables.migration} (${Object.keys(values).map(name).join(", ")})\n VALUES (${Object.values(values).join(", ")})`;
}
