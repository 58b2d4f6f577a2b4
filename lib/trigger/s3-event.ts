import { MigratorError } from "../errors";

/** What an event says of one object. */
export interface Upload {
  readonly bucket: string;
  /** As it is in the bucket. */
  readonly key: string;
}

/** What is delivered, and fails, as one: a message of a queue, or the whole event. */
export type Message = {
  /** Of a queue's message, by which it is given back. */
  readonly id?: string;
} & ({ readonly uploads: readonly Upload[] } | { readonly fault: MigratorError });

type Fields = Readonly<Record<string, unknown>>;

/** Whether it may be an event of S3, in whatever it came. */
export function isS3Event(event: unknown): boolean {
  return isTest(event) || isFromEventBridge(event) || recordsOf(event).some((record) => sourceOf(record) !== undefined);
}

/**
 * Takes an event of S3 out of what it came in: nothing, SNS, SQS, EventBridge, or one in the other.
 * @throws MigratorError `INVALID_COMMAND` when there is something else in it; of a queue's message that is its own fault
 */
export function openEvent(event: unknown): readonly Message[] {
  const records = recordsOf(event);
  if (!records.some((record) => sourceOf(record) === "aws:sqs")) return [{ uploads: uploadsIn(event) }];
  return records.map((record) => {
    const { messageId, body } = fieldsOf(record);
    return { id: String(messageId), ...openBody(body) };
  });
}

function openBody(body: unknown): { readonly uploads: readonly Upload[] } | { readonly fault: MigratorError } {
  try {
    return { uploads: uploadsIn(parsed(body)) };
  } catch (fault) {
    if (fault instanceof MigratorError) return { fault };
    throw fault;
  }
}

function uploadsIn(event: unknown): readonly Upload[] {
  if (isTest(event)) return [];
  // EventBridge gives the key as it is, the others as a form would send it.
  if (isFromEventBridge(event)) return [uploadOf(fieldsOf(fieldsOf(event).detail), String)];
  const { Type: type, Message: message } = fieldsOf(event);
  if (type === "Notification") return uploadsIn(parsed(message));
  if (!Array.isArray(fieldsOf(event).Records)) throw notOfS3();
  return recordsOf(event).flatMap((record) => {
    const { s3, Sns: sns } = fieldsOf(record);
    if (sourceOf(record) === "aws:sns") return uploadsIn(parsed(fieldsOf(sns).Message));
    return [uploadOf(fieldsOf(s3), decodeKey)];
  });
}

function uploadOf({ bucket, object }: Fields, decode: (key: string) => string): Upload {
  const { name } = fieldsOf(bucket);
  const { key } = fieldsOf(object);
  if (typeof name !== "string" || typeof key !== "string") throw notOfS3();
  return { bucket: name, key: decode(key) };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html */
function decodeKey(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll("+", " "));
  } catch {
    throw notOfS3();
  }
}

function parsed(text: unknown): unknown {
  try {
    return JSON.parse(String(text));
  } catch {
    throw notOfS3();
  }
}

/** Sent once, when a bucket is told to notify somebody. */
function isTest(event: unknown): boolean {
  return fieldsOf(event).Event === "s3:TestEvent";
}

function isFromEventBridge(event: unknown): boolean {
  return fieldsOf(event).source === "aws.s3";
}

function recordsOf(event: unknown): readonly unknown[] {
  const { Records: records } = fieldsOf(event);
  return Array.isArray(records) ? records : [];
}

/** Undefined: of nobody who is known here. SNS writes the name of the field in its own way. */
function sourceOf(record: unknown): "aws:s3" | "aws:sns" | "aws:sqs" | undefined {
  const { eventSource, EventSource } = fieldsOf(record);
  const source = eventSource ?? EventSource;
  return source === "aws:s3" || source === "aws:sns" || source === "aws:sqs" ? source : undefined;
}

function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

function notOfS3(): MigratorError {
  return new MigratorError("INVALID_COMMAND", "This is no event of S3, nor is one in it.", {
    advice: "Let the topic, the queue or the rule pass on the events of the bucket alone, unchanged.",
  });
}
