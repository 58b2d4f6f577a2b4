declare module "migration-lambda:bundle" {
  /** The folder of migrations as it was when this was built. */
  export const bundle: import("../lib/source/bundle").Manifest;
}

declare module "migration-lambda:set" {
  /** The same folder, without the scripts. */
  export const set: import("../lib/guard/set").MigrationSet;
}
