import type { Session } from "../database/database";
import { MigratorError } from "../errors";
import type { Context, Result } from "../migration";

/** A Context for one step, and what ends it. */
export interface StepContext {
  readonly context: Context;
  /** Waits for what the migration has started and not waited for. @throws what that throws */
  settled(): Promise<void>;
  /** Refuses whatever the migration goes on to ask for: its step is over, and with it its transaction. */
  close(): void;
}

export function openContext(session: Session, { dialect, log }: Pick<Context, "dialect" | "log">): StepContext {
  const pending = new Set<Promise<unknown>>();
  let open = true;
  // The very promises that the migration has: waiting for them counts as handling their rejection.
  const track = <T>(work: Promise<T>): Promise<T> => {
    pending.add(work);
    const done = () => pending.delete(work);
    work.then(done, done);
    return work;
  };
  const send = async <Row>(sql: string, values?: readonly unknown[]): Promise<Result<Row>> => {
    if (!open) throw ended();
    return session.execute<Row>(sql, values);
  };
  const rowsOf = async <Row>(sql: string, values?: readonly unknown[]) => (await send<Row>(sql, values)).rows;
  const execute: Context["execute"] = (sql, values) => track(send(sql, values));
  const query: Context["query"] = (sql, values) => track(rowsOf(sql, values));
  return {
    context: { dialect, log, execute, query },
    settled: async () => {
      while (pending.size > 0) await Promise.all(pending);
    },
    close: () => {
      open = false;
    },
  };
}

function ended(): MigratorError {
  return new MigratorError("STATEMENT_FAILED", "The migration has ended, and this statement of it came after that.", {
    advice: "Wait for every statement before the function ends.",
  });
}
