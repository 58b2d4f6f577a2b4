import { isHidden, isMeant } from "../meant";
import type { DialectName, Migration } from "../migration";
import type { Problem } from "../report";
import { type S3Location, showS3Location } from "../s3-location";
import { fillEntry, usableEntries } from "./entries";
import { invalidMigrations, refuse } from "./file-names";
import type { CodeFile, FormatName } from "./format";
import type { PlaceholderValues } from "./placeholder";
import { readFolder } from "./reader";
import { type Bucket, type StoredObject, withBucket } from "./s3-bucket";
import { uploadIncomplete } from "./s3-errors";
import { createKept, type Kept } from "./s3-kept";
import { type Contents, checkFilled, checkManifest, MANIFEST } from "./s3-manifest";
import type { Source } from "./source";

export interface S3Options {
  readonly location: S3Location;
  readonly dialect: DialectName;
  /** Default: detected, for each database's folder. */
  readonly format?: FormatName;
  /** Of the placeholders in the files. */
  readonly values?: PlaceholderValues;
}

/** Sources that lie side by side below one prefix, each in a folder that is called as its database. */
export interface S3Folders {
  /** For people. */
  readonly location: string;
  open(database: string): Source;
  /** Names of all that have a folder which is not passed over. @throws as `open().load()` */
  databases(signal?: AbortSignal): Promise<readonly string[]>;
  /** Whether there is any file for a database that is not passed over. @throws as `open().load()` */
  holds(database: string, signal?: AbortSignal): Promise<boolean>;
}

/** What one set may have. It is read into memory as a whole before anything of it is run. */
const MAX_FILES = 10_000;
const MAX_FILE_BYTES = 16 * 1024 * 1024;
const MAX_SET_BYTES = 64 * 1024 * 1024;

/** How often a set is read that changes while it is read. */
const ATTEMPTS = 3;
/** How many objects are read at a time. */
const AT_ONCE = 25;

/**
 * Migrations that are uploaded: `s3://bucket/prefix/DATABASE/…`. SQL only, in each of the formats. A file is read as it was
 * listed or not at all, so that what is run was there at one time.
 *
 * `load` throws MigratorError `INVALID_MIGRATIONS`; `UPLOAD_INCOMPLETE` when the set is not what its manifest says, or
 * changes while it is read; `INVALID_SETTINGS` when S3 refuses, `UNREACHABLE` when it does not answer.
 */
export function createS3Folders(options: S3Options): S3Folders {
  const { location } = options;
  const kept = createKept(MAX_SET_BYTES);
  return {
    location: showS3Location(location),
    open: (database) => {
      const folder: S3Location = { ...location, prefix: `${location.prefix}${database}/` };
      return {
        location: showS3Location(folder),
        load: (signal) =>
          withBucket({ location: folder, signal }, (bucket) => loadFolder(keeping(bucket, kept), folder, options)),
      };
    },
    databases: async (signal) => {
      const names = await withBucket({ location, signal }, (bucket) => bucket.folders(location.prefix));
      // Two slashes in a row are a folder without a name.
      return names.filter((name) => name !== "" && !isHidden(name));
    },
    holds: async (database, signal) => {
      const folder: S3Location = { ...location, prefix: `${location.prefix}${database}/` };
      return (await withBucket({ location: folder, signal }, (bucket) => listFolder(bucket, folder))).length > 0;
    },
  };
}

function keeping(bucket: Bucket, kept: Kept): Bucket {
  const read = async (object: StoredObject) => {
    const content = kept.get(object) ?? (await bucket.read(object));
    if (content) kept.put(object, content);
    return content;
  };
  return { ...bucket, read };
}

async function loadFolder(bucket: Bucket, folder: S3Location, options: S3Options): Promise<readonly Migration[]> {
  const location = showS3Location(folder);
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const objects = await listFolder(bucket, folder);
    const contents = await readAll(bucket, folder, objects);
    if (contents) return parse(location, contents, options);
  }
  throw uploadIncomplete(`${location} changes while it is read.`);
}

/** What is not passed over. A key that ends with a slash is what the console makes to show a folder. */
async function listFolder(bucket: Bucket, folder: S3Location): Promise<readonly StoredObject[]> {
  const location = showS3Location(folder);
  const tooMany = () => invalidMigrations(location, [tooLarge(location, `has more than ${MAX_FILES} files`)]);
  const all = await bucket.objects(folder.prefix, { count: MAX_FILES, exceeded: tooMany });
  return all.filter(({ key }) => !key.endsWith("/") && isMeant(key.slice(folder.prefix.length)));
}

/** @returns undefined when one of them is no longer what was listed */
async function readAll(
  bucket: Bucket,
  folder: S3Location,
  objects: readonly StoredObject[],
): Promise<Contents | undefined> {
  checkSizes(folder, objects);
  const contents = new Map<string, Uint8Array>();
  for (let i = 0; i < objects.length; i += AT_ONCE) {
    const some = objects.slice(i, i + AT_ONCE);
    const read = await Promise.all(some.map((object) => bucket.read(object)));
    for (const [at, { key }] of some.entries()) {
      const bytes = read[at];
      if (bytes === undefined) return undefined;
      contents.set(key.slice(folder.prefix.length), bytes);
    }
  }
  return contents;
}

function checkSizes(folder: S3Location, objects: readonly StoredObject[]): void {
  const location = showS3Location(folder);
  const large = objects.filter(({ bytes }) => bytes > MAX_FILE_BYTES);
  const total = objects.reduce((sum, { bytes }) => sum + bytes, 0);
  const problems = [
    ...large.map(({ key }) => tooLarge(key.slice(folder.prefix.length), `is larger than ${mebibytes(MAX_FILE_BYTES)}`)),
    ...(total > MAX_SET_BYTES ? [tooLarge(location, `is larger than ${mebibytes(MAX_SET_BYTES)} in all`)] : []),
  ];
  if (problems.length > 0) throw invalidMigrations(location, problems);
}

async function parse(location: string, contents: Contents, options: S3Options): Promise<readonly Migration[]> {
  const { dialect, format, values = {} } = options;
  const manifest = contents.get(MANIFEST);
  const files = new Map([...contents].filter(([file]) => file !== MANIFEST));
  if (manifest) checkManifest(location, manifest, files);
  else checkFilled(location, files);
  const read = async (file: string) => files.get(file) ?? new Uint8Array();
  const listing = { location, files: [...files.keys()], read };
  const folder = await readFolder(listing, { dialect, ...(format && { format }), inspect: refuseCode });
  const filled = folder.migrations.flatMap((one) => (one.kind === "sql" ? [fillEntry(one, { values, dialect })] : []));
  return usableEntries(location, filled);
}

/** Whoever may write to a bucket may write SQL to be run by the database's user, and no code to be run as the function's role. */
async function refuseCode({ name, file }: CodeFile): Promise<readonly Problem[]> {
  const advice = "Write it in SQL, or let it be bundled with a function instead.";
  return [{ ...refuse(file, "is code, and from a bucket only SQL is run", advice), migration: name }];
}

function tooLarge(file: string, fault: string): Problem {
  return refuse(file, fault, "Divide it; large amounts of data are better loaded in another way.");
}

function mebibytes(bytes: number): string {
  return `${bytes / 1024 / 1024} MiB`;
}
