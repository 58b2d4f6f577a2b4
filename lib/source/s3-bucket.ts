import type { S3Client } from "@aws-sdk/client-s3";
import { awsErrorName } from "../aws-error";
import { MigratorError } from "../errors";
import { type S3Location, showS3Location } from "../s3-location";
import { damaged, outOfTime, refusal } from "./s3-errors";

/** An object as it was when it was listed. */
export interface StoredObject {
  readonly key: string;
  readonly bytes: number;
  /** Another one means another content. */
  readonly etag: string;
}

export interface Bucket {
  /** All objects whose keys begin so, of however many pages; more than `most` are refused with what that throws. */
  objects(prefix: string, most: Limit): Promise<readonly StoredObject[]>;
  /** Names of the folders that lie directly below the prefix. */
  folders(prefix: string): Promise<readonly string[]>;
  /** Undefined when the object is no longer the one that was listed. */
  read(object: StoredObject): Promise<Uint8Array | undefined>;
}

export interface Limit {
  readonly count: number;
  exceeded(): Error;
}

/** Where to work, and until when. */
interface Asked {
  readonly location: S3Location;
  readonly signal?: AbortSignal | undefined;
}

/** What the SDK takes with each call. */
interface CallOptions {
  readonly abortSignal?: AbortSignal;
}

/**
 * In a subnet without a route to S3 packets vanish without an answer: three attempts of 2 s to connect and 5 s to be
 * answered. `requestTimeout` ends with the first line of an answer; the rest of it may be silent for no longer than
 * `socketTimeout`. Milliseconds.
 */
const PATIENCE = {
  connectionTimeout: 2_000,
  requestTimeout: 5_000,
  socketTimeout: 5_500,
  throwOnRequestTimeout: true,
} as const;
const ATTEMPTS = 3;

/** Of an object that is another one, or gone, since it was listed. */
const CHANGED = new Set(["PreconditionFailed", "NoSuchKey"]);

/**
 * Works with the bucket of a location. The SDK is loaded by the first use; endpoint, region and credentials come from its
 * own variables (`AWS_ENDPOINT_URL_S3`, `AWS_REGION` …).
 * @throws MigratorError `INVALID_SETTINGS` when S3 refuses, `UNREACHABLE` when nobody answers, or not before the signal
 */
export async function withBucket<T>({ location, signal }: Asked, work: (bucket: Bucket) => Promise<T>): Promise<T> {
  const { S3Client } = await import("@aws-sdk/client-s3");
  const client = new S3Client({ maxAttempts: ATTEMPTS, requestHandler: PATIENCE });
  try {
    return await work(await openBucket(client, location.bucket, signal && { abortSignal: signal }));
  } catch (error) {
    const own = error instanceof MigratorError;
    if (own && error.code !== "UNREACHABLE") throw error;
    // What was under way then fails in ways of its own, half of an object among them.
    if (signal?.aborted) throw outOfTime(showS3Location(location));
    throw own ? error : refusal(showS3Location(location), error);
  } finally {
    client.destroy();
  }
}

async function openBucket(client: S3Client, bucket: string, options: CallOptions = {}): Promise<Bucket> {
  const { GetObjectCommand, paginateListObjectsV2 } = await import("@aws-sdk/client-s3");
  return {
    objects: async (prefix, most) => {
      const objects: StoredObject[] = [];
      for await (const page of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix }, options)) {
        for (const { Key: key, Size: bytes = 0, ETag: etag } of page.Contents ?? []) {
          if (key !== undefined && etag !== undefined) objects.push({ key, bytes, etag });
        }
        if (objects.length > most.count) throw most.exceeded();
      }
      return objects;
    },
    folders: async (prefix) => {
      const folders: string[] = [];
      const asked = { Bucket: bucket, Prefix: prefix, Delimiter: "/" };
      for await (const page of paginateListObjectsV2({ client }, asked, options)) {
        for (const { Prefix: found = "" } of page.CommonPrefixes ?? []) folders.push(found.slice(prefix.length, -1));
      }
      return folders;
    },
    read: async ({ key, etag }) => {
      const answer = await client
        .send(new GetObjectCommand({ Bucket: bucket, Key: key, IfMatch: etag }), options)
        .catch((error: unknown) => {
          if (CHANGED.has(awsErrorName(error))) return undefined;
          throw error;
        });
      return answer?.Body?.transformToByteArray().catch((error: unknown) => {
        throw damaged(key, error);
      });
    },
  };
}
