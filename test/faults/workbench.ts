import type { DialectName } from "../../lib/migration";
import type { Dump } from "./dump";
import { mysqlWorkbench } from "./workbench-mysql";
import { postgresWorkbench } from "./workbench-postgres";

/** What an administrator of one kind of server does for the harness; `name` is a database's. */
export interface Workbench {
  /** With a table of effects: for each id how often the statement of that id took effect. */
  create(name: string, effects: readonly string[]): Promise<void>;
  drop(name: string): Promise<void>;
  dump(name: string): Promise<Dump>;
  /** Ends a connection. */
  kill(connection: number): Promise<void>;
  /** Makes the statement of this effect wait. */
  closeGate(name: string, effect: string): Promise<Gate>;
}

export interface Gate {
  /** Whether one of these connections waits for it. */
  holds(connections: readonly number[]): Promise<boolean>;
  open(): Promise<void>;
}

export const WORKBENCHES: Readonly<Record<DialectName, (url: string) => Workbench>> = {
  mysql: mysqlWorkbench,
  postgres: postgresWorkbench,
};
