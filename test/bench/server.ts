import type { DialectName } from "../../lib/migration";
import { openMysql } from "./server-mysql";
import { openPostgres } from "./server-postgres";

/** One server, as an administrator sees it. */
export interface Server {
  readonly dialect: DialectName;
  /** Without a database. */
  readonly url: string;
  version(): Promise<string>;
  /** What durability depends on, by name. */
  settings(): Promise<Readonly<Record<string, string>>>;
  /** Afterwards these are there, and empty. */
  recreate(databases: readonly string[]): Promise<void>;
  drop(databases: readonly string[]): Promise<void>;
  /** How many tables of the workloads a database has. */
  tables(database: string): Promise<number>;
  /** `fast`: what is prepared outside of the timing need not outlive the machine. */
  durability(wanted: "default" | "fast"): Promise<void>;
  /** Counted since the server was started; once nobody is at work in the databases of the workloads. */
  counters(): Promise<Counters>;
  /** One round trip. @returns milliseconds, the median of many */
  roundTrip(url: string): Promise<number>;
  close(): Promise<void>;
}

export interface Counters {
  readonly durableWrites: number;
  /** Undefined where the server is no process of this machine. */
  readonly cpuMs?: number | undefined;
}

/** Of the databases of the workloads. */
export const PREFIX = "bench_";
const ROUND_TRIPS = 200;

export interface Address {
  /** An administrator's. */
  readonly adminUrl: string;
  readonly pid: number;
}

/** @throws Error when the server is less durable than it is by default */
export async function openServer(dialect: DialectName, address: Address): Promise<Server> {
  const server = await (dialect === "mysql" ? openMysql : openPostgres)(address);
  for (const [name, value] of Object.entries(await server.settings()))
    if (value !== DURABLE[name]) throw new Error(`${name} of the server is ${value}, not ${DURABLE[name]}`);
  return server;
}

/** As it is without any setting. */
const DURABLE: Readonly<Record<string, string>> = {
  innodb_flush_log_at_trx_commit: "1",
  innodb_doublewrite: "ON",
  fsync: "on",
  synchronous_commit: "on",
  full_page_writes: "on",
};

export function urlOf(server: string, database: string): string {
  return Object.assign(new URL(server), { pathname: database }).href;
}

/** @param query one statement @returns milliseconds */
export async function medianOf(query: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let count = 0; count < ROUND_TRIPS; count++) {
    const begun = performance.now();
    await query();
    times.push(performance.now() - begun);
  }
  return times.sort((a, b) => a - b)[ROUND_TRIPS >> 1] ?? 0;
}
