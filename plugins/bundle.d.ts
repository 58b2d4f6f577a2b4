declare module "migration-lambda:bundle" {
  /** The folder of migrations as it was when this was built; or, with MIGRATIONS_S3 set, what is known of those in S3. */
  export const bundle: import("../lib/source/bundle").Manifest | import("../lib/uploads").UploadedBundle;
}

declare module "migration-lambda:uploads" {
  /** What is known when this is built of migrations that are in S3. */
  export const uploads: import("../lib/uploads").UploadedBundle;
}

declare module "migration-lambda:set" {
  /** The same folder, without the scripts. */
  export const set: import("../lib/guard/set").MigrationSet;
}
