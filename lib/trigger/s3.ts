import { abortAfter } from "../abort-after";
import { MigratorError } from "../errors";
import { InvocationError, unanswered } from "./invocation-error";
import { isS3Event, openEvent, type Upload } from "./s3-event";
import { type Look, lookAt } from "./s3-look";
import { type Asked, readMessage } from "./s3-names";
import type { Assembly, Invocation, Trigger, Uploads } from "./trigger";

type Looks = ReadonlyMap<string, Look>;

/** An event, and what came of it. */
interface Seen {
  readonly asked: readonly Asked[];
  readonly looks: Looks;
  /** By database, the upload that named it first. */
  readonly named: ReadonlyMap<string, Upload>;
  readonly uploads: Uploads;
}

/** Kept back of the function's time to answer, in milliseconds. */
const ANSWER_MS = 1_000;

/**
 * Events of S3, alone or in SNS, SQS or EventBridge. They come more than once and in any order, so each means no more than
 * that its database should be looked at: once per event, the root database before all others. What is no success is thrown,
 * so that it is tried again, and in the end is in the dead-letter queue. Of a batch of SQS only the messages that failed are
 * given back, which its event source mapping must allow (`ReportBatchItemFailures`).
 */
export function s3Trigger(): Trigger {
  return {
    recognises: isS3Event,
    handle: async (invocation) => {
      try {
        return await handle(invocation);
      } catch (error) {
        throw error instanceof MigratorError ? unanswered(error) : error;
      }
    },
  };
}

async function handle(invocation: Invocation): Promise<unknown> {
  const assembly = invocation.assemble(invocation.context.awsRequestId);
  const { log } = assembly;
  const { asked, looks, named, uploads } = await lookedAt(invocation, assembly).catch((error: unknown) => {
    log.error("failed", { error });
    throw error;
  });
  const errors = asked.map((message) => errorsOf(message, looks, uploads));
  const unasked = [...looks].flatMap(([name, look]) => ("error" in look && !named.has(name) ? [look.error] : []));
  const all = [...new Set([...errors.flat(), ...unasked])];
  const batch = asked.every(({ id }) => id !== undefined);
  const partly = batch && unasked.length === 0 && errors.some(({ length }) => length === 0);
  // To give back all of a batch is no success either. What a look came to is in the log already.
  if (all.length > 0 && !partly) {
    for (const { fault } of asked) if (fault) log.error("failed", { error: fault });
    throw together(all);
  }
  if (!batch) return { databases: [...looks.keys()].sort() };
  for (const error of all) log.error("failed", { error });
  const failures = asked.filter((_, at) => errors[at]?.length);
  return { batchItemFailures: failures.map(({ id }) => ({ itemIdentifier: id })) };
}

async function lookedAt(invocation: Invocation, { uploads, log }: Assembly): Promise<Seen> {
  if (!uploads) throw notUploaded();
  const asked = openEvent(invocation.event).map((message) => readMessage(message, uploads.location, log));
  const named = new Map(asked.flatMap(({ databases }) => [...databases]));
  const looks: Looks = named.size > 0 ? await lookAtAll(named, uploads, invocation) : new Map();
  return { asked, looks, named, uploads };
}

async function lookAtAll(named: ReadonlyMap<string, Upload>, uploads: Uploads, invocation: Invocation): Promise<Looks> {
  const { rootDatabase } = uploads;
  const looks = new Map<string, Look>();
  const names = new Set(named.keys());
  names.delete(rootDatabase);
  if (named.has(rootDatabase) || (await uploads.holds(rootDatabase, listingTime(invocation)))) {
    const root = await lookAt(rootDatabase, named.get(rootDatabase) ?? [...named.values()][0], invocation);
    looks.set(rootDatabase, root);
    if ("error" in root) return looks;
    // A database may be there now whose own events have failed for the lack of it; and if this event is tried again, there
    // is nothing left to do in the root database.
    if (root.did === "something" || named.has(rootDatabase))
      for (const name of await uploads.databases(listingTime(invocation))) names.add(name);
  }
  const waiting = [...names];
  const worker = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      looks.set(name, await lookAt(name, named.get(name), invocation));
    }
  };
  await Promise.all(Array.from({ length: Math.min(uploads.atOnce, waiting.length) }, worker));
  return looks;
}

function listingTime({ context }: Invocation): AbortSignal {
  return abortAfter(context.getRemainingTimeInMillis() - ANSWER_MS);
}

/** Why a message must come again. Without what the root database makes, nothing else was looked at. */
function errorsOf({ fault, databases }: Asked, looks: Looks, { rootDatabase }: Uploads): readonly unknown[] {
  if (fault) return [unanswered(fault)];
  if (databases.size === 0) return [];
  const concerned = new Set([rootDatabase, ...databases.keys()]);
  return [...looks].flatMap(([name, look]) => ("error" in look && concerned.has(name) ? [look.error] : []));
}

/** One error as it is; of several the first line of each, and then all of them. */
function together(errors: readonly unknown[]): unknown {
  const [first, ...others] = errors;
  const unexpected = errors.find((error) => !(error instanceof InvocationError));
  if (others.length === 0 || unexpected !== undefined) return unexpected ?? first;
  const texts = errors.map((error) => (error as InvocationError).message);
  const lines = texts.map((text) => text.split("\n")[0]);
  return new InvocationError("MigrationFailed", [lines.join(" "), ...texts].join("\n"));
}

function notUploaded(): MigratorError {
  return new MigratorError(
    "INVALID_SETTINGS",
    "This function has its migrations built in, and is called for an upload.",
    {
      advice: "Let the bucket notify the function `upload`, or build this one with MIGRATIONS_S3 set.",
    },
  );
}
