declare module "migration-lambda:bundle" {
  /** The folder of migrations as it was when this was built. */
  export const bundle: import("../lib/source/bundle").Manifest;
}
