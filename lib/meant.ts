/** `.git` and the like, a file or a folder. */
export function isHidden(name: string): boolean {
  return /^\.(?!\.?$)/.test(name);
}

/** Hidden files, a README and Markdown are passed over, in every folder; every other file must be a migration's. */
export function isMeant(path: string): boolean {
  const parts = path.replace(/\/$/, "").split("/");
  return !parts.some(isHidden) && !/^readme(?:\.txt)?$|\.md$/i.test(parts.at(-1) ?? "");
}
