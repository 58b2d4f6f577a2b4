import { type ErrorCode, MigratorError } from "../errors";
import { type Refusal, refusalOf } from "./refusal";

/** A function's handler that answers with a promise. */
export type Handler<Event, Context, Result> = (event: Event, context: Context) => Promise<Result>;

interface Gate {
  /** Whether to let a request in. @throws what it is to be refused with */
  enter(context: unknown): Promise<void>;
  /** The handler has thrown. */
  failed?(): void;
  /** A request was refused over HTTP, where the caller is not told why. */
  refused?(error: MigratorError): void;
}

/** What may pass by itself. */
const REFUSALS: ReadonlySet<ErrorCode> = new Set([
  "OUT_OF_DATE",
  "MIGRATING",
  "UNREACHABLE",
  "ACCESS_DENIED",
  "READ_ONLY",
  "CONNECTION_LOST",
  "LOCK_LOST",
]);

/** Asks before each request; what is refused is answered 503 over HTTP, and is an error otherwise. */
export function protecting<Event, Context, Result>(
  handler: Handler<Event, Context, Result>,
  gate: Gate,
): Handler<Event, Context, Result | Refusal> {
  if (handler.length > 2) {
    throw new MigratorError("INVALID_SETTINGS", "A handler with a callback cannot be protected.", {
      advice: "Let it return a promise.",
    });
  }
  return async (event, context) => {
    try {
      await gate.enter(context);
      return await handler(event, context).catch((error) => {
        gate.failed?.();
        throw error;
      });
    } catch (error) {
      if (!(error instanceof MigratorError && REFUSALS.has(error.code))) throw error;
      const refusal = refusalOf(event, error);
      if (!refusal) throw error;
      gate.refused?.(error);
      return refusal;
    }
  };
}
