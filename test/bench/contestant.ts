import type { DialectName } from "../../lib/migration";

/** One migration of a workload, as plain statements; each contestant writes it in its own form. */
export interface BenchMigration {
  /** Starts with its number, five digits: it sorts by bytes. */
  readonly name: string;
  /** Without delimiters. */
  readonly up: readonly string[];
  readonly down: readonly string[];
}

/** One tool, as its users run it. */
export interface Contestant {
  readonly title: string;
  readonly language: string;
  readonly dialects: readonly DialectName[];
  /** Gets the tool, where it is not there yet. @throws an error whose message says in one line why it cannot be had */
  install(): Promise<void>;
  /** Of what was installed, for the table. */
  version(): Promise<string>;
  /** Writes the migrations into an empty folder, ready to be run. The URL is not kept: `program` is given another. */
  prepare(migrations: readonly BenchMigration[], place: Place): Promise<void>;
  /** What is run, and timed from its start to its end. Absent for `down`: it cannot. */
  program(action: Action, place: Place): Program | undefined;
  /** One program for several databases of one server. Absent: it is run for each. */
  programForAll?(place: Place, databases: readonly string[]): Program;
  /** One process that does `up` so many times, one after the other. */
  programAgain?(place: Place, times: number): Program;
  /** It keeps no record of what was applied: where nothing is to be done it is given no migrations. */
  readonly keeps?: "nothing";
}

/** `up`: all that is pending, and where that is nothing, nothing. `down`: all that was applied, in as few runs as the tool allows. */
export type Action = "up" | "down";

export interface Place {
  readonly dialect: DialectName;
  /** Of this contestant and this workload alone. */
  readonly folder: string;
  /** Of the database, with user and password; it may lead through a proxy. */
  readonly url: string;
  /** How many migrations there are. */
  readonly count: number;
  /** Where it is not as large as the machine has memory for. */
  readonly heap?: Heap;
}

/** That of a function with 128 MB, the fewest that a Lambda can have. */
export type Heap = "smallest";

export interface Program {
  readonly file: string;
  readonly args: readonly string[];
  /** Besides PATH and HOME. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** A file that it reads from its standard input. */
  readonly input?: string;
}
