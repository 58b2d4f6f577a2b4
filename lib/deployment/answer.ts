import { setTimeout as sleep } from "node:timers/promises";
import type { Log } from "../log";
import type { Recipient } from "./request";

export interface Answer {
  readonly status: "SUCCESS" | "FAILED";
  /** For people; shown with the stack's events. */
  readonly reason: string;
}

/**
 * The whole answer may have 4,096 bytes; the ids in it take some hundred.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html
 */
const REASON_BYTES = 2_500;
/** Milliseconds before each try after the first. */
const PAUSES = [500, 1_000, 2_000, 4_000] as const;
/** Milliseconds: without a route nobody ever answers. */
const PATIENCE = 10_000;

/**
 * Sends the answer to where CloudFormation wants it. Always with the same physical id: another one would make CloudFormation
 * delete what it takes for the old resource.
 * @throws Error when nobody takes it
 */
export async function sendAnswer(recipient: Recipient, { status, reason }: Answer, log: Log): Promise<void> {
  const { ResponseURL, StackId, RequestId, LogicalResourceId, PhysicalResourceId } = recipient;
  const body = JSON.stringify({
    Status: status,
    Reason: cut(reason),
    StackId,
    RequestId,
    LogicalResourceId,
    PhysicalResourceId: PhysicalResourceId ?? `migrations-${LogicalResourceId}`,
  });
  for (const pause of [...PAUSES, undefined]) {
    try {
      await put(ResponseURL, body);
      log.info("answered", { status });
      return;
    } catch (error) {
      // The URL is a signature: whoever has it can answer.
      log.warn("the answer was not taken", { error: String(error).replaceAll(ResponseURL, "the stack") });
      if (pause === undefined) throw new Error("CloudFormation did not take the answer.");
      await sleep(pause);
    }
  }
}

/** The URL was signed for a request without a content type. */
async function put(url: string, body: string): Promise<void> {
  const headers = { "content-type": "" };
  const response = await fetch(url, { method: "PUT", body, headers, signal: AbortSignal.timeout(PATIENCE) });
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
}

/** After a sentence where there is one. */
function cut(reason: string): string {
  const bytes = Buffer.from(reason);
  if (bytes.length <= REASON_BYTES) return reason;
  const text = bytes.subarray(0, REASON_BYTES).toString().replace(/�+$/, "");
  const end = text.lastIndexOf(". ");
  return `${end > REASON_BYTES / 2 ? text.slice(0, end + 1) : text} …`;
}
