import type { Problem } from "../report";
import { detectCodeFormat } from "./code-format";
import type { Folder, Format } from "./format";
import { formats } from "./format-table";
import { nameFile } from "./named-files";

export interface Detected {
  readonly format: Format;
  /** The file that shows it; absent where the names of all files fit. */
  readonly witness?: string;
}

/** The format of a folder by what lies in it; where several fit, it is our own. */
export function detectFormat(folder: Folder): Detected | { readonly problems: readonly Problem[] } {
  for (const format of Object.values(formats)) {
    const witness = format.witness?.(folder);
    if (witness !== undefined) return { format, witness };
  }
  const code = folder.files
    .filter((file) => nameFile(file)?.part === "code")
    .map((file) => ({ file, text: folder.text(file) ?? "" }));
  const tool = detectCodeFormat(code);
  if (typeof tool !== "string") return { problems: tool };
  if (tool !== "umzug") return { format: formats[tool] };
  const readable = (format: Format) => {
    const { strays, problems } = format.draft(folder);
    return strays.length === 0 && problems.length === 0;
  };
  if (!readable(formats.native) && readable(formats["golang-migrate"]) && hasEveryUp(folder)) {
    return { format: formats["golang-migrate"] };
  }
  return { format: formats.native };
}

/** A missing up is more often forgotten than meant, so that is a format to be set. */
function hasEveryUp(folder: Folder): boolean {
  const { drafts } = formats["golang-migrate"].draft(folder);
  return drafts.every(({ files }) => files.some((file) => /\.up\.[^.]*$/.test(file)));
}
