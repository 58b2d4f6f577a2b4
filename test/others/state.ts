import type { Contestant } from "./contestants";
import type { Observer, Ways } from "./observer";

/** What the second migration has done to a database, and what is recorded of it. */
export interface State {
  /** Of each of its statements, how often it is in effect. */
  readonly times: readonly number[];
  readonly isRecorded: boolean;
  /** Whether the third migration is in effect. */
  readonly hasExtra: boolean;
}

export async function readState(watch: Observer, ways: Ways, { history }: Contestant): Promise<State> {
  const effects = await watch.query("SELECT id, times FROM effects");
  const counted = (id: string) => Number(effects.find((row) => row.id === id)?.times);
  const columns = await names(watch, `columns WHERE table_name = 'orders' AND table_schema = ${ways.schema}`, "column");
  const tables = await names(watch, `tables WHERE table_schema = ${ways.schema}`, "table");
  const rows = tables.includes(history) ? await watch.query(`SELECT name FROM ${history}`) : [];
  const has = (list: readonly string[], name: string) => (list.includes(name) ? 1 : 0);
  return {
    times: [counted("first"), has(columns, "currency"), has(tables, "totals"), counted("fourth"), has(columns, "paid")],
    isRecorded: rows.some(({ name }) => String(name).startsWith("02_")),
    hasExtra: tables.includes("extra"),
  };
}

async function names(watch: Observer, from: string, what: string): Promise<readonly string[]> {
  const rows = await watch.query(`SELECT ${what}_name AS name FROM information_schema.${from}`);
  return rows.map(({ name }) => String(name));
}
