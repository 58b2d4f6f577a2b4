import type { Direction, Phase } from "./migration";

/** What a Command would do here and now. */
export interface Preview {
  /** Changes with whatever decides what is done: the Command, the migrations, the journal. */
  readonly digest: string;
  readonly steps: readonly PreviewStep[];
}

export interface PreviewStep {
  readonly name: string;
  readonly direction: Direction;
  /** Absent where no file has it any more. */
  readonly phase?: Phase;
  readonly file: string;
  /** Number of the statement with which it goes on, counted from 1: those before have taken effect. */
  readonly from?: number;
  /** Absent for code: what it asks for is known when it does. */
  readonly statements?: readonly PreviewStatement[];
  /** How many more statements it has than are shown. */
  readonly more?: number;
}

/**
 * What is done about a statement in which a run was cut off.
 *
 * - `undone`: it commits with its mark or not at all, and is run again.
 * - `repeated`: it is run again, which does no harm.
 * - `looked up`: whether it took effect is seen in the database.
 * - `asked`: a person is asked, where the server itself has died in it.
 */
export type Settling = "undone" | "repeated" | "looked up" | "asked";

export interface PreviewStatement {
  /** Number in its script, counted from 1. */
  readonly statement: number;
  readonly line: number;
  /** Path of its file, where that is not the step's. */
  readonly file?: string;
  /** Secrets masked, on one line, shortened. */
  readonly sql: string;
  /** Those with the same number commit together. */
  readonly segment: number;
  readonly whenCutOff: Settling;
}
