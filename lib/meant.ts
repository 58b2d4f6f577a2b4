/** Hidden files, a README and Markdown are passed over, in every folder; every other file must be a migration's. */
export function isMeant(path: string): boolean {
  const parts = path.replace(/\/$/, "").split("/");
  return !parts.some((part) => /^\.(?!\.?$)/.test(part)) && !/^readme(?:\.txt)?$|\.md$/i.test(parts.at(-1) ?? "");
}
