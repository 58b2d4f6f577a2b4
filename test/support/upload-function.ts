import type { DialectName } from "../../lib/migration";
import { type BundledFunction, bundleFunction } from "./bundled-function";

/** Bundles `functions/upload.ts`. */
export function buildUpload(dialect: DialectName): Promise<BundledFunction> {
  return bundleFunction("upload", dialect);
}
