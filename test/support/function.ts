import { randomUUID } from "node:crypto";
import { assembleBundle } from "../../lib/assemble";
import type { Action } from "../../lib/command";
import type { DialectName } from "../../lib/migration";
import type { Report, Summary } from "../../lib/report";
import { httpTrigger } from "../../lib/trigger/http";
import type { HttpResponse } from "../../lib/trigger/http-answer";
import { invokeTrigger } from "../../lib/trigger/invoke";
import { createHandler } from "../../lib/trigger/trigger";
import { restEvent } from "./deployment";
import { type Files, readFiles } from "./folder";

/** A function in this process, with settings, log and database as they are when it is deployed. */
export interface LocalFunction {
  http(line: string, body?: object): Promise<{ readonly status: number; readonly body: LocalAnswer }>;
  /** A direct call. @throws what Lambda makes a failed invocation of */
  invoke(payload: object, remainingMs?: number): Promise<LocalAnswer>;
}

/** What a problem over HTTP has besides is there as well. */
export type LocalAnswer = Partial<Omit<Report, "database">> &
  Partial<Summary> & { readonly database?: string; readonly code?: string; readonly advice?: string };

const ACTIONS = ["migrate", "rollback", "status", "adopt", "baseline", "cancel", "accept", "settle"] as const;

let logged: string[] = [];
const before = { ...process.env };

beforeEach(() => {
  logged = [];
  // Otherwise Powertools writes to a console of its own.
  process.env.POWERTOOLS_DEV = "true";
  for (const method of ["debug", "info", "warn", "error"] as const)
    jest.spyOn(console, method).mockImplementation((...texts: readonly unknown[]) => {
      logged.push(String(texts[0]));
    });
});

afterEach(() => {
  jest.restoreAllMocks();
  process.env = { ...before };
});

/** What the functions of this test have logged. */
export function logLines(): readonly Readonly<Record<string, unknown>>[] {
  return logged.map((line) => JSON.parse(line));
}

/** Its environment is this process's, until the test ends: a test has one function. */
export async function startFunction(
  files: Files,
  dialect: DialectName,
  env: Readonly<Record<string, string>>,
): Promise<LocalFunction> {
  const { format, migrations: read } = await readFiles(files, { dialect });
  const migrations = read.flatMap((one) => (one.kind === "sql" ? [one] : []));
  Object.assign(process.env, env);
  const routes = ACTIONS.flatMap((action) =>
    ["GET", "POST"].map((method): [string, Action] => [`${method} /${action}`, action]),
  );
  const handler = createHandler(assembleBundle({ location: "migrations", digest: "d", dialect, format, migrations }), [
    httpTrigger(Object.fromEntries(routes)),
    invokeTrigger(...ACTIONS),
  ]);
  const call = (event: unknown, remainingMs = 60_000) =>
    handler(event, { awsRequestId: randomUUID(), getRemainingTimeInMillis: () => remainingMs });
  return {
    http: async (line, body) => {
      const answer = (await call(restEvent(line, body && JSON.stringify(body)))) as HttpResponse;
      return { status: answer.statusCode, body: JSON.parse(answer.body) };
    },
    invoke: async (payload, remainingMs) => (await call(payload, remainingMs)) as LocalAnswer,
  };
}
