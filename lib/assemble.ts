import { type AssemblyParts, type CreateSources, createAssembly } from "./assembly";
import { createBundle, type Manifest } from "./source/bundle";
import type { Invocation } from "./trigger/trigger";
import { assembleUploads, type UploadedBundle } from "./uploads";

/** What triggers work with, from the environment and the bundle that was built with the function, or read where this runs. */
export function assembleBundle(bundle: Manifest | UploadedBundle, parts: AssemblyParts = {}): Invocation["assemble"] {
  // A function that was built for uploads has no migrations, and any other one nothing that reads from S3.
  if (!("migrations" in bundle)) return assembleUploads(bundle, parts);
  const createSources: CreateSources = ({ placeholders }) => {
    const source = createBundle(bundle, placeholders);
    return { open: () => source };
  };
  return createAssembly({ dialect: bundle.dialect, createSources, ...parts });
}
