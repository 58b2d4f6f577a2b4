import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { MigratorError } from "../errors";
import { failed, InvocationError, unanswered } from "./invocation-error";
import type { Upload } from "./s3-event";
import type { Invocation } from "./trigger";

/**
 * An upload of several files is seen half way by the events of the first of them: how long they wait for the rest of it, and
 * how often they look, in milliseconds. Those that wait longer are tried again by Lambda.
 */
const UPLOAD_MS = 60_000;
const LOOK_MS = 1_000;
/** With less than that left, nothing is begun that would have to be stopped, recorded and answered at once. */
const LEAST_MS = 3_000;
/** Of the journal's column, in characters. */
const CALLER_LENGTH = 255;

/** What came of one look at a database. */
export type Look = { readonly did: "nothing" | "something" } | { readonly error: unknown };

/**
 * Migrates a database until there is nothing left to do: what is uploaded while a run is going on is found by the look after
 * it. Each look is a run of its own, as the set may be another one by then.
 */
export async function lookAt(database: string, upload: Upload | undefined, invocation: Invocation): Promise<Look> {
  let did: "nothing" | "something" = "nothing";
  try {
    while (await migrated(database, upload, invocation)) did = "something";
    return { did };
  } catch (error) {
    return { error: error instanceof MigratorError ? unanswered(error) : error };
  }
}

/** @returns whether there was anything to do. @throws whatever is no success */
async function migrated(database: string, upload: Upload | undefined, invocation: Invocation): Promise<boolean> {
  const giveUp = performance.now() + UPLOAD_MS;
  for (;;) {
    const remaining = invocation.context.getRemainingTimeInMillis();
    if (remaining < LEAST_MS) throw timeUp(database);
    try {
      return await runOnce(database, upload, invocation);
    } catch (error) {
      if (!isIncomplete(error) || performance.now() > giveUp || remaining < LEAST_MS + LOOK_MS) throw error;
    }
    await wait(LOOK_MS);
  }
}

async function runOnce(database: string, upload: Upload | undefined, invocation: Invocation): Promise<boolean> {
  const { assemble, context } = invocation;
  const requestId = randomUUID();
  const patienceMs = context.getRemainingTimeInMillis();
  const caller = callerOf(upload, context.awsRequestId);
  const { migrator, log } = assemble(requestId);
  try {
    const call = { requestId, patienceMs, whenRunning: "wait", caller } as const;
    const result = await migrator.run({ action: "migrate", database }, call);
    if (result.outcome !== "done") throw failed(result, result.outcome);
    return "done" in result && result.done.length > 0;
  } catch (error) {
    if (isIncomplete(error)) log.info("waiting for the rest of an upload", { database, error });
    else if (!(error instanceof InvocationError)) log.error("failed", { database, error });
    throw error;
  }
}

function isIncomplete(error: unknown): boolean {
  return error instanceof MigratorError && error.code === "UPLOAD_INCOMPLETE";
}

function callerOf(upload: Upload | undefined, requestId: string): string {
  const what = upload ? `s3://${upload.bucket}/${upload.key}` : "a change of the root database";
  const request = `, request ${requestId}`;
  return [...what].slice(0, CALLER_LENGTH - request.length).join("") + request;
}

function timeUp(database: string): InvocationError {
  return new InvocationError("MigrationIncomplete", `The time was up before ${database} was looked at.`);
}
