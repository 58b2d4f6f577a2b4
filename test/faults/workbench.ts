import type { DialectName } from "../../lib/migration";
import type { Dump } from "./dump";
import { mysqlWorkbench } from "./workbench-mysql";
import { postgresWorkbench } from "./workbench-postgres";

/** What an administrator of one kind of server does for the harness; `name` is a database's. */
export interface Workbench {
  /** With a table of effects: for each id how often the statement of that id took effect. On MySQL with turnstiles, too. */
  create(name: string, effects: readonly string[]): Promise<void>;
  /** As if no statement had taken effect. */
  forget(name: string): Promise<void>;
  drop(name: string): Promise<void>;
  dump(name: string): Promise<Dump>;
  /** Ends a connection. */
  kill(connection: number): Promise<void>;
  closeGate(name: string, gated: Gated): Promise<Gate>;
}

/**
 * What is made to wait: the statement of an effect; the n-th write, from 1, to the row in which the journal has the step in
 * progress, and that row must be there; or what alters a table, one of the turnstiles.
 */
export type Gated = { readonly effect: string } | { readonly write: number } | { readonly altered: string };

export interface Gate {
  /** Whether one of these connections waits for it. */
  holds(connections: readonly number[]): Promise<boolean>;
  open(): Promise<void>;
}

export const WORKBENCHES: Readonly<Record<DialectName, (url: string) => Workbench>> = {
  mysql: mysqlWorkbench,
  postgres: postgresWorkbench,
};
