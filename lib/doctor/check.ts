import { MigratorError } from "../errors";
import type { CheckName, Finding } from "../finding";

/** What a check has to say. */
export type Verdict = Pick<Finding, "result" | "message" | "advice">;

/** The longest that each check may take, in milliseconds. */
const BUDGETS_MS: Readonly<Record<CheckName, number>> = {
  // The SDK's own two attempts to connect, of 2 s each, and the pause between them.
  "secrets-manager": 5_500,
  s3: 5_500,
  dns: 3_000,
  tcp: 3_000,
  tls: 3_000,
  authentication: 4_000,
  version: 2_000,
  writer: 2_000,
  clock: 2_000,
  privileges: 3_000,
  pooler: 3_000,
};

/** So much earlier the work should end by itself: it knows better what did not answer. */
const MARGIN_MS = 50;

/** Until when, in milliseconds of `performance.now()`. */
export type Until = number;

export const leftMs = (until: Until): number => Math.max(0, until - performance.now());

/** The end of a check that begins now. */
export function limited(name: CheckName, until: Until): Until {
  return Math.min(until, performance.now() + BUDGETS_MS[name]);
}

/** Runs a check within its own budget and the time that there is. What it cannot answer in time is a finding as well. */
export async function check(name: CheckName, until: Until, work: (until: Until) => Promise<Verdict>): Promise<Finding> {
  const began = performance.now();
  const end = limited(name, until);
  if (end - began < MARGIN_MS) return finding(name, NO_TIME);
  const verdict = await within(end, () => work(end - MARGIN_MS)).catch(verdictOf);
  return finding(name, verdict ?? late(end - began), began);
}

export function finding(check: CheckName, verdict: Verdict, began = performance.now()): Finding {
  return { check, ...verdict, ms: Math.round(performance.now() - began) };
}

export const isFailed = ({ result }: Finding): boolean => result === "failed";

export function skipped(check: CheckName, message: string): Finding {
  return finding(check, { result: "skipped", message });
}

/** Undefined when the time was up first; what comes of the work after that is nobody's concern. */
export async function within<T>(until: Until, work: () => Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), leftMs(until));
  });
  try {
    return await Promise.race([work(), timeUp]);
  } finally {
    clearTimeout(timer);
  }
}

const NO_TIME: Verdict = {
  result: "failed",
  message: "There was no time left to look at it.",
  advice: "Raise HTTP_PATIENCE_SECONDS, or call the function directly.",
};

function late(ms: number): Verdict {
  return { result: "failed", message: `There was no answer within ${(ms / 1000).toFixed(1)} s.` };
}

function verdictOf(error: unknown): Verdict {
  if (error instanceof MigratorError) {
    const advice = error.advice ?? error.problems.map((problem) => problem.advice).join(" ");
    return { result: "failed", message: sentence(error.message), ...(advice !== "" && { advice }) };
  }
  return { result: "failed", message: `It could not be found out (${codeOf(error)}).` };
}

export function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** The code of a system's, driver's or server's error: its text may name hosts and users. */
export function codeOf(error: unknown): string {
  const { code, name } = error as { readonly code?: unknown; readonly name?: unknown };
  return String(code ?? name ?? "no code");
}
