import type { Call, Command } from "../../lib/command";
import { type ErrorCode, MigratorError } from "../../lib/errors";
import type { Outcome, Report, Summary } from "../../lib/report";
import type { Assembly, LambdaContext, Trigger } from "../../lib/trigger/trigger";

/** What an Assembly does instead of migrating. */
type Script = Report | Summary | Error;

export interface Played {
  /** What the caller got, or what was thrown at it. */
  readonly answer?: unknown;
  readonly error?: unknown;
  /** What the Migrator was asked. */
  readonly asked: readonly { readonly command: Command; readonly call: Call }[];
  /** The run ids that it was assembled for. */
  readonly runIds: readonly string[];
  readonly logged: readonly { readonly message: string; readonly data: unknown }[];
}

export interface Circumstances {
  readonly httpPatienceMs?: number;
  readonly remainingMs?: number;
  /** What the assembly throws: the settings are wrong. */
  readonly unassembled?: Error;
}

export const REQUEST_ID = "8a2c0f5e-0000-4000-8000-000000000001";
export const OUTCOMES: readonly Outcome[] = ["done", "incomplete", "running", "refused", "failed"];
/** All of them: a code that is missing here does not compile. */
export const ERROR_CODES = Object.keys({
  INVALID_COMMAND: 1,
  INVALID_SETTINGS: 1,
  INVALID_MIGRATIONS: 1,
  UPLOAD_INCOMPLETE: 1,
  UNREACHABLE: 1,
  ACCESS_DENIED: 1,
  READ_ONLY: 1,
  CONNECTION_LOST: 1,
  LOCK_LOST: 1,
  FOREIGN_TABLE: 1,
  DIVERGED: 1,
  NOT_REPLAYABLE: 1,
  IN_USE: 1,
  OUT_OF_DATE: 1,
  MIGRATING: 1,
  STATEMENT_FAILED: 1,
} satisfies Record<ErrorCode, 1>) as readonly ErrorCode[];

/** Hands an event to a Trigger whose Migrator plays the script: gives this Report, or throws this error. */
export async function play(
  trigger: Trigger,
  event: unknown,
  { script, ...circumstances }: Circumstances & { readonly script: Script },
): Promise<Played> {
  const { remainingMs = 900_000, httpPatienceMs = 25_000, unassembled } = circumstances;
  const asked: { readonly command: Command; readonly call: Call }[] = [];
  const runIds: string[] = [];
  const logged: { readonly message: string; readonly data: unknown }[] = [];
  const write = (message: string, data?: unknown) => void logged.push({ message, data });
  const assemble = (runId: string): Assembly => {
    runIds.push(runId);
    if (unassembled) throw unassembled;
    const run = async (command: Command, call: Call) => {
      asked.push({ command, call });
      if (script instanceof Error) throw script;
      return script;
    };
    return { migrator: { run }, httpPatienceMs, log: { debug: write, info: write, warn: write, error: write } };
  };
  const context: LambdaContext = { awsRequestId: REQUEST_ID, getRemainingTimeInMillis: () => remainingMs };
  try {
    return { answer: await trigger.handle({ event, context, assemble }), asked, runIds, logged };
  } catch (error) {
    return { error, asked, runIds, logged };
  }
}

/** A Report with this outcome, as a Migrator would give it. */
export function reportOf(outcome: Outcome): Report {
  const file = "02_second.sql";
  const advice = "Restore the file.";
  const message = `This is ${outcome}.`;
  return {
    runId: "run-1",
    action: "migrate",
    database: "shop",
    outcome,
    done: [{ name: "01_first", direction: "up", durationMs: 12 }],
    remaining: outcome === "done" ? [] : ["02_second"],
    problems:
      outcome === "refused" ? [{ code: "CHANGED", message: "02_second has changed.", advice, file, line: 4 }] : [],
    ...(outcome === "failed" && {
      failure: { migration: "02_second", direction: "up", message: "no", file, advice: "Correct it." },
    }),
    startedAt: "2026-01-01T00:00:00.000Z",
    finishedAt: "2026-01-01T00:00:01.000Z",
    message,
  };
}

export function errorOf(code: ErrorCode): MigratorError {
  const problems = [{ code: "INVALID" as const, message: "One thing.", advice: "Mend it.", file: "a.sql", line: 3 }];
  return new MigratorError(code, `It was ${code}.`, { advice: "Do something.", problems, cause: new Error("s3cr3t") });
}

export interface TriggerCase {
  readonly trigger: Trigger;
  /** Events that this trigger handles, each meaning the Command beside it. */
  readonly events: readonly { readonly title: string; readonly event: unknown; readonly command: Command }[];
  /** Events that are another's. */
  readonly foreign: readonly unknown[];
  /** An event that means no Command. */
  readonly invalid: unknown;
  /** How long this caller waits, given the function's remaining time and the patience of HTTP. */
  patienceMs(remainingMs: number, httpPatienceMs: number): number;
  readonly whenRunning: Call["whenRunning"];
  /** Whether what came out is a success for this caller. */
  succeeded(played: Played): boolean;
  /** Everything that this caller is shown. */
  shown(played: Played): string;
}

/** What every Trigger does. */
export function triggerContract(given: TriggerCase): void {
  const { trigger } = given;
  const [first] = given.events;
  const handle = (circumstances: Circumstances & { readonly script: Script }) =>
    play(trigger, first?.event, circumstances);

  test.each(given.events)("recognises $title and makes one Command of it", async ({ event, command }) => {
    expect(trigger.recognises(event)).toBe(true);
    const { asked } = await play(trigger, event, { script: reportOf("done") });
    expect(asked.map((each) => each.command)).toEqual([command]);
  });

  test("leaves another's events alone", () => {
    expect(given.foreign.filter((event) => trigger.recognises(event))).toEqual([]);
  });

  test.each([
    [900_000, 25_000],
    [10_000, 25_000],
    [4_000, 2_000],
  ])("with %i ms left, and %i ms for HTTP, waits no longer than its caller does", async (remainingMs, patience) => {
    const { asked } = await handle({ script: reportOf("done"), remainingMs, httpPatienceMs: patience });
    expect(asked[0]?.call).toMatchObject({
      patienceMs: given.patienceMs(remainingMs, patience),
      whenRunning: given.whenRunning,
      requestId: REQUEST_ID,
    });
  });

  test("assembles for the run's id: the request's where the Command names none", async () => {
    const { runIds, asked } = await handle({ script: reportOf("done") });
    expect(runIds).toEqual([asked[0]?.command.runId ?? REQUEST_ID]);
  });

  test.each(OUTCOMES)("shows the whole Report of a run that is %s", async (outcome) => {
    const played = await handle({ script: reportOf(outcome) });
    expect(given.succeeded(played)).toBe(!["refused", "failed"].includes(outcome));
    const shown = given.shown(played).replaceAll("\\", "");
    for (const part of [reportOf(outcome).message, '"run-1"', '"01_first"']) expect(shown).toContain(part);
  });

  test.each(ERROR_CODES)(
    "shows what happened and what to do of the error %s, not its cause; it is logged",
    async (code) => {
      const played = await handle({ script: errorOf(code) });
      expect(given.succeeded(played)).toBe(false);
      for (const part of [code, `It was ${code}.`, "Do something.", "One thing.", "Mend it."])
        expect(given.shown(played)).toContain(part);
      expect(given.shown(played)).not.toContain("s3cr3t");
      expect(played.logged).toMatchObject([{ data: { error: { code } } }]);
    },
  );

  test("shows what is wrong with the settings, and asks the Migrator nothing", async () => {
    const played = await handle({ script: reportOf("done"), unassembled: errorOf("INVALID_SETTINGS") });
    expect([given.succeeded(played), played.asked]).toEqual([false, []]);
    expect(given.shown(played)).toContain("It was INVALID_SETTINGS.");
  });

  test("refuses what means no Command before anything is assembled", async () => {
    const played = await play(trigger, given.invalid, { script: reportOf("done") });
    expect([given.succeeded(played), played.runIds, played.asked]).toEqual([false, [], []]);
    expect(given.shown(played)).toContain("INVALID_COMMAND");
  });

  test("passes on an error that nobody expected, so that Lambda counts it; it is logged", async () => {
    const unexpected = new TypeError("undefined is not a function");
    const { error, logged } = await handle({ script: unexpected });
    expect(error).toBe(unexpected);
    expect(logged).toEqual([{ message: "failed", data: { error: unexpected } }]);
  });
}
