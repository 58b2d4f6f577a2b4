import { abortAfter } from "./abort-after";
import { type AssemblyParts, type CreateSources, createAssembly, type Sources } from "./assembly";
import type { InstanceLogins } from "./login";
import type { DialectName } from "./migration";
import { withOwnDatabase } from "./settings/choose-database";
import { invalid, invalidSettings } from "./settings/problems";
import type { Settings } from "./settings/settings";
import type { FormatName } from "./source/format";
import { outsideTransactions } from "./source/outside-transactions";
import { createS3Folders, type S3Folders } from "./source/s3";
import type { Source } from "./source/source";
import type { Invocation, Uploads } from "./trigger/trigger";
import { matches } from "./wildcard";

/** What the build says of migrations that are uploaded later. */
export interface UploadedBundle {
  /** Whose SQL it will be. */
  readonly dialect: DialectName;
  /** Absent: detected, for each database's folder. */
  readonly format?: FormatName;
}

/** As for a bundle, with the migrations that are in S3 when a Command is run. */
export function assembleUploads(bundle: UploadedBundle, parts: AssemblyParts = {}): Invocation["assemble"] {
  const createSources: CreateSources = (settings, logins) => sourcesIn(bundle, settings, logins);
  return createAssembly({ dialect: bundle.dialect, createSources, ...parts });
}

function sourcesIn(bundle: UploadedBundle, settings: Settings, logins: InstanceLogins): Sources {
  const { migrationsS3: location, placeholders: values, rootDatabase } = settings;
  if (!location) throw noLocation();
  const folders = createS3Folders({ ...bundle, location, values });
  const open = (name: string) => {
    const source = folders.open(name);
    return name === rootDatabase ? outsideTransactions(source) : source;
  };
  const uploads = uploadsIn(folders, location, settings);
  return {
    open: (name) => (name === undefined ? ofOwnDatabase(folders.location, logins, open) : open(name)),
    names: (deadline) => uploads.databases(abortAfter(deadline.remainingMs())),
    uploads,
  };
}

function uploadsIn(folders: S3Folders, location: Uploads["location"], settings: Settings): Uploads {
  const { rootDatabase, databasesAtOnce: atOnce, databases: allowed = [] } = settings;
  return {
    location,
    rootDatabase,
    atOnce,
    holds: folders.holds,
    databases: async (signal) => {
      const names = await folders.databases(signal);
      return names.filter((name) => name !== rootDatabase && allowed.some((entry) => matches(entry, name)));
    },
  };
}

/** The settings may name the database in a secret, which is read when it is needed. */
function ofOwnDatabase(location: string, logins: InstanceLogins, open: (name: string) => Source): Source {
  return {
    location,
    load: async (signal) => {
      for await (const { database } of withOwnDatabase(logins)()) return open(database).load(signal);
      throw invalidSettings([invalid("There is no login for the database", "Set DATABASE_URL or DATABASE_SECRET_ID.")]);
    },
  };
}

function noLocation() {
  const advice = "Set it to the bucket, and to a prefix in it if there is one: s3://my-bucket/migrations.";
  return invalidSettings([invalid("MIGRATIONS_S3 is missing", advice)]);
}
