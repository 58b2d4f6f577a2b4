import * as v from "valibot";
import { MigratorError } from "../errors";

const text = v.pipe(v.string(), v.minLength(1));

/**
 * What CloudFormation sends to a custom resource:
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html
 */
const recipient = v.object({
  ResponseURL: v.pipe(v.string(), v.url()),
  StackId: text,
  RequestId: text,
  LogicalResourceId: text,
  PhysicalResourceId: v.optional(text),
});

const event = v.object({
  ...recipient.entries,
  RequestType: v.picklist(["Create", "Update", "Delete"]),
  ResourceProperties: v.optional(v.unknown()),
  OldResourceProperties: v.optional(v.unknown()),
  /** Ours: when the function was called first, ISO 8601, where it has called itself again. */
  firstCalledAt: v.optional(v.pipe(v.string(), v.isoTimestamp())),
});

export type DeploymentEvent = v.InferOutput<typeof event>;

/** Where to send an answer, and what identifies it. */
export type Recipient = v.InferOutput<typeof recipient>;

/** @throws MigratorError `INVALID_COMMAND` when there is nobody to answer */
export function readRecipient(input: unknown): Recipient {
  return read(recipient, input);
}

/** @throws MigratorError `INVALID_COMMAND` */
export function readEvent(input: unknown): DeploymentEvent {
  return read(event, input);
}

function read<T>(schema: v.GenericSchema<unknown, T>, input: unknown): T {
  const result = v.safeParse(schema, input);
  if (result.success) return result.output;
  const keys = [...new Set(result.issues.map((issue) => v.getDotPath(issue) ?? "the event"))].join(", ");
  throw new MigratorError("INVALID_COMMAND", `This is no request of CloudFormation's: look at ${keys}.`, {
    advice: "This function is called by a stack, as the ServiceToken of a custom resource.",
  });
}

const phase = v.picklist(["pre", "post"], "Phase is neither pre nor post");
const seconds = v.pipe(
  v.union([v.string(), v.number()]),
  v.transform(Number),
  v.integer("Patience is not a whole number of seconds"),
  v.minValue(1, "Patience is less than a second"),
  v.maxValue(3_540, "Patience is more than 3540 seconds, and CloudFormation gives up after 3600"),
);

/** CloudFormation makes a text of every value. */
const properties = v.object({
  ServiceToken: v.optional(v.string()),
  ServiceTimeout: v.optional(v.unknown()),
  /** Of the migrator's functions: `migration-lambda-dev` for `migration-lambda-dev-migrate` and the others. */
  Functions: v.pipe(
    v.string("Functions is not the name of functions"),
    v.regex(/^[\w:-]{1,140}$/, "Functions is not the name of functions"),
  ),
  /** Of the set of migrations that the stack deploys. Absent: every Create and Update migrates. */
  Digest: v.optional(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, "Digest is not the digest of a set of migrations"))),
  /** When the stack's template was made, ISO 8601: what is older than before is a stack that goes back, which nothing else tells. */
  Built: v.pipe(v.string("Built is not a time in ISO 8601"), v.isoTimestamp("Built is not a time in ISO 8601")),
  Phase: v.optional(phase),
  Database: v.optional(text),
  Databases: v.optional(text),
  /** Seconds that the stack waits at most; less than the resource's ServiceTimeout, which is an hour at most and by default. */
  Patience: v.optional(seconds, 3_300),
});

export type Properties = v.InferOutput<typeof properties>;

/** @throws MigratorError `INVALID_COMMAND`, all mistakes together */
export function readProperties(input: unknown): Properties {
  const result = v.safeParse(properties, input ?? {});
  if (result.success) return result.output;
  throw new MigratorError("INVALID_COMMAND", `${result.issues.map(describe).join(". ")}.`, {
    advice: "Correct the properties of the custom resource.",
  });
}

/** Of a key that is not there valibot speaks in its own words. */
function describe(issue: v.BaseIssue<unknown>): string {
  return issue.type === "object" ? `${v.getDotPath(issue) ?? "Something"} is missing` : issue.message;
}

const { Functions, Digest, Built, Phase, Database, Databases } = properties.entries;

/** Nobody has checked them where the stack goes back from what was refused: what cannot be used counts as absent. */
const oldProperties = v.fallback(
  v.object({
    Functions: v.fallback(v.optional(Functions), undefined),
    Digest: v.fallback(Digest, undefined),
    Built: v.fallback(v.optional(Built), undefined),
    Phase: v.fallback(Phase, undefined),
    Database: v.fallback(Database, undefined),
    Databases: v.fallback(Databases, undefined),
  }),
  {},
);

/** What the resource had before, as far as it can be read. */
export function readOldProperties(input: unknown): v.InferOutput<typeof oldProperties> {
  return v.parse(oldProperties, input);
}
