declare module "migration-lambda:set" {
  /** The folder of migrations as it was when this was built, without the scripts. */
  export const set: import("../lib/guard/set").MigrationSet;
}
