import { set as built } from "migration-lambda:set";
import type { MigrationSet } from "./set";

/** The migrations that this bundle was built with. Only in a bundle that was built with our esbuild plugin. */
export const set: MigrationSet = built;
