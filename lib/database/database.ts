import type { Applied } from "../compare";
import type { ForeignRow, ForeignTable, TableName } from "../foreign";
import type { DialectName, Direction, Phase, Script, SqlScript, Statement } from "../migration";
import type { Settling } from "../preview";
import type { Report } from "../report";
import type { Canceller } from "./cancelling";
import type { CodeSession } from "./code-session";
import type { Repairs, Settlement } from "./repairs";
import type { AsExpected, PlannedStep, Question, State, StepProgress, StepRow, Verdict } from "./state";

export type * from "./state";
export type { Canceller, Repairs, Settlement };

/**
 * What is migrated.
 *
 * To add a dialect: a file in this folder that exports a function returning this interface; it passes
 * `test/contract/database.ts`. What the interface promises:
 *
 * - `read` never waits for a lock, takes none, and creates nothing; SELECT on the journal's tables suffices.
 * - In `exclusively` one connection, the Session, holds the lock, runs the migrations and keeps the journal. When it is
 *   lost the run is over: nothing is ever repeated on another connection.
 * - What is decided travels in one message, so that the server finishes it even when this process is gone.
 */
export interface Database {
  readonly dialect: DialectName;
  /**
   * Names of the databases on this server that the user may see, without those that are the server's own.
   * @throws MigratorError `UNREACHABLE`, `ACCESS_DENIED`
   */
  list(deadline: Deadline): Promise<readonly string[]>;
  /**
   * Reads the journal, and lets `work` go on on the same connection.
   * @throws MigratorError `UNREACHABLE`, `ACCESS_DENIED`, `FOREIGN_TABLE`
   */
  read<T>(
    deadline: Deadline,
    asked: Question,
    work: (visit: Visit, state: State | AsExpected) => Promise<T>,
  ): Promise<T>;
  /**
   * Runs `work` while holding the lock of this database; asks `whenBusy` about every time that somebody else has it.
   * `state`: what the journal says then, where it was asked for and the lock was free at once.
   * @returns what `work` returned, or `undefined` when `whenBusy` said to leave or the deadline came first.
   * @throws MigratorError as `read`, and `READ_ONLY`
   */
  exclusively: Exclusively;
  /** Runs `work` beside whoever holds the lock. @throws MigratorError as `read`, and `READ_ONLY` */
  cancelling<T>(deadline: Deadline, work: (canceller: Canceller) => Promise<T>): Promise<T>;
  /** How this dialect cuts what is left of a script, from the statement of this index on, into what commits together. Pure. */
  segments(script: SqlScript, from: number): readonly Segment[];
  /** What is done about a segment of this script in which a run was cut off. Pure. */
  settling(script: SqlScript, segment: Segment): Settling;
  /** Why a script cannot go on at a statement once its session is gone, as the end of a sentence. Pure. */
  lost(script: SqlScript, from: number): string | undefined;
  /** Why a script does not commit as a whole although this dialect could, as the end of a sentence. Pure. */
  remark(script: SqlScript): string | undefined;
  /** The statement that begins a transaction which the script never ends; it is committed all the same. Pure. */
  unended(script: SqlScript): Statement | undefined;
}

export interface Deadline {
  /** Milliseconds until nothing new may be started; never negative. */
  remainingMs(): number;
}

export type Exclusively = <T>(
  options: ExclusiveOptions,
  work: (session: Session, state: State | undefined) => Promise<T>,
) => Promise<{ readonly value: T } | undefined>;

/** A connection that has read the journal. */
export interface Visit extends Reader {
  /** As of the Database, on this connection, which can be used for nothing else then. */
  readonly exclusively: Exclusively;
}

export interface ExclusiveOptions {
  readonly deadline: Deadline;
  /** The journal's tables are there, and are to be read with the lock; this run is asked for. */
  readonly runId?: string;
  /** Asked when somebody else holds the lock, with a Reader on this caller's own connection. */
  whenBusy(reader: Reader): Promise<"wait" | "leave">;
}

/**
 * The durable part of a step: what commits together.
 *
 * - `transaction`: statements that commit together with their mark.
 * - `implicit`: one statement that commits by itself.
 * - `block`: statements that bring their own locking or transaction control and are sent as they lie.
 */
export interface Segment {
  readonly kind: "transaction" | "implicit" | "block";
  /** Index of its first statement in the script, from 0. */
  readonly first: number;
  /** How many of the script's statements it covers. */
  readonly count: number;
  /** Whether running it again is harmless where it cannot be known whether it took effect. */
  readonly repeatable: boolean;
  /** What it calls may commit in its middle: where it was refused, a part of it may have taken effect all the same. */
  readonly unsure?: true;
  /** Those that are sent; transaction control that ours stands for is left out. */
  readonly statements: readonly NumberedStatement[];
}

export interface NumberedStatement extends Statement {
  /** Index in the script, from 0. */
  readonly index: number;
}

/** One migration in one direction, ready to run. */
export interface Step {
  readonly name: string;
  readonly direction: Direction;
  readonly script: Script;
  /** Index of the statement to start with: above 0 when a step that was stopped half way goes on. */
  readonly from: number;
  readonly checksum: string;
  readonly normalised: string;
  /** Absent where neither a file nor the journal says it. */
  readonly phase?: Phase;
  /** It may have been applied before; its row is replaced. */
  readonly repeatable?: true;
  /** It was cut off, or had failed, and goes on; of code: where something of it was kept. */
  readonly resumed?: true;
  /** What reverts it; kept in the journal for the day when no file has it any more. */
  readonly down?: Script;
  /** The step that was stopped on its way up and is now undone: what is true again when nothing of this takes effect. */
  readonly undoes?: StepRow;
}

export interface Reader {
  /** How far this step has come, which was cut off in a statement that commits by itself. */
  verdict(row: StepRow): Promise<Verdict>;
  /** Name of the database that is migrated. */
  readonly database: string;
  state(runId: string): Promise<State>;
  /** Where a step in progress is; as the journal has it where the server may not be asked. */
  progress(step: StepRow): Promise<StepProgress>;
  /** Those of these tables that are there and may be read; never our own. Upper and lower case are alike. */
  tables(names: readonly TableName[]): Promise<readonly ForeignTable[]>;
  /** All rows of a table, with the columns that the description has. */
  rows(table: ForeignTable): Promise<readonly ForeignRow[]>;
  /** Names that earlier runs have adopted, whatever became of them since. The journal must be there. */
  adopted(): Promise<readonly string[]>;
}

/** What keeps another tool from changing its history meanwhile. */
export interface Guard {
  /** That tool's own lock: a name on MySQL, a number in decimal on PostgreSQL. */
  readonly lock?: string;
  readonly tables: readonly ForeignTable[];
}

/** What was applied without us. */
export interface AdoptedRow extends Applied {
  /** ISO 8601, UTC; absent where nobody knows it. */
  readonly appliedAt?: string;
  /** JSON: who says so. */
  readonly origin: string;
  readonly down?: Script;
}

export interface RunStart {
  readonly runId: string;
  readonly action: string;
  readonly key: string;
  readonly bundle: string;
  readonly caller?: string;
}

/**
 * How one attempt at a step ended. `left`: the time was up while the server was at it; it goes on without us. `unbegun`: the time
 * was up before it.
 */
export type StepEnd =
  | { readonly end: "done"; readonly durationMs: number }
  | { readonly end: "failed"; readonly failure: StatementFailure }
  | { readonly end: "left" | "unbegun" };

/** The steps behind one, as many of them as are asked for, in order and of the same direction. `skip`: but for the first of them. */
export type Upcoming = (count: number, skip: number) => readonly Step[];

export interface StatementFailure {
  readonly message: string;
  readonly code: string;
  /** Index of the statement in its script, from 0; absent when all of them went well and the commit failed. */
  readonly index?: number;
  /** How many statements of the script have taken effect. */
  readonly applied: number;
  /**
   * What more is known of it. `contention`: somebody holds a lock that it needs; `denied`: a privilege is missing; `torn`: a part
   * of it has been committed, or may have been.
   */
  readonly reason?: "contention" | "denied" | "torn";
}

/** One connection, held for a whole run. */
export interface Session extends Reader, CodeSession, Repairs {
  readonly connection: number;
  /** Makes the journal's tables where they are missing, and brings older ones up to date. */
  prepare(): Promise<void>;
  /** Records that a run begins; one that goes on keeps the plan with which it first began. */
  startRun(run: RunStart, plan: readonly PlannedStep[]): Promise<void>;
  finishRun(report: Report): Promise<void>;
  /** As `finishRun`, of this session's own run; gives the lock back, so that nothing may follow. */
  endRun(report: Report): Promise<void>;
  /**
   * One transaction, committed when `work` returns, while nobody else holds the lock or writes the tables of the Guard; what
   * may not be locked is only read. `busy`: what somebody else has; `work` was not called.
   */
  guarded<T>(
    guard: Guard,
    work: () => Promise<T>,
  ): Promise<{ readonly value: T } | { readonly busy: "lock" | "table" }>;
  /** Records as applied, in this order, within `guarded`. */
  adopt(rows: readonly AdoptedRow[], run: RunStart): Promise<void>;
  /**
   * Carries out an SQL step and records it. Some of those to come may be sent with it, and others once all these are recorded: they
   * must be asked for next, in order, and each is answered when it is recorded. @throws MigratorError `CONNECTION_LOST`, `LOCK_LOST`
   */
  carryOut(step: Step, run: RunStart, upcoming?: Upcoming): Promise<StepEnd>;
  /** Whether the step was sent with one before it, or right behind it: then the server decides whether there is time for it. */
  isSent(step: Step): boolean;
  /** Closes the connection in the middle of whatever it does; the server finishes what it was given. */
  abandon(): void;
}
