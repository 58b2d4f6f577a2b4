import { MigratorError } from "../errors";
import type { Log } from "../log";
import { isMeant } from "../meant";
import { type S3Location, showS3Location } from "../s3-location";
import type { Message, Upload } from "./s3-event";

/** A message, and what it asks to be looked at. */
export interface Asked {
  readonly id?: string;
  readonly fault?: MigratorError;
  /** By database, the upload that named it first. */
  readonly databases: ReadonlyMap<string, Upload>;
}

/** Which databases a message names: the first part of each key below the prefix. What can be no migration is passed over. */
export function readMessage(message: Message, location: S3Location, log: Log): Asked {
  const id = message.id === undefined ? {} : { id: message.id };
  const databases = new Map<string, Upload>();
  if ("fault" in message) return { ...id, databases, fault: message.fault };
  // Of the bucket, and yet nothing for this function: either its notifications or MIGRATIONS_S3 are wrong.
  const outside = message.uploads.every(({ key }) => !key.startsWith(location.prefix));
  const ignored = outside ? log.warn : log.info;
  for (const upload of message.uploads) {
    if (upload.bucket !== location.bucket) return { ...id, databases: new Map(), fault: otherBucket(upload, location) };
    const found = databaseOf(upload.key, location);
    if ("ignored" in found) ignored("ignored", { key: upload.key, because: found.ignored });
    else if (!databases.has(found.database)) databases.set(found.database, upload);
  }
  return { ...id, databases };
}

function databaseOf(key: string, { prefix }: S3Location): { readonly database: string } | { readonly ignored: string } {
  if (!key.startsWith(prefix)) return { ignored: "it is not below the prefix" };
  const [database = "", ...path] = key.slice(prefix.length).split("/");
  if (database === "" || path.length === 0) return { ignored: "it is in no database's folder" };
  if (path.at(-1) === "") return { ignored: "it is a folder" };
  return isMeant([database, ...path].join("/")) ? { database } : { ignored: "it is no migration" };
}

function otherBucket({ bucket }: Upload, location: S3Location): MigratorError {
  const message = `The event is of the bucket ${bucket}, and MIGRATIONS_S3 is ${showS3Location(location)}`;
  return new MigratorError("INVALID_SETTINGS", message, {
    advice: "Correct MIGRATIONS_S3, or take the function out of the other bucket's notifications.",
  });
}
