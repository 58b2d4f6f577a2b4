import { withoutComments } from "./postgres-comments";

/** `COPY … FROM stdin`, and the lines that a file holds for it up to `\.`. */
export interface Copy {
  readonly command: string;
  /** Without the `\.`, which is for psql alone. */
  readonly data: string;
}

/** Cuts a statement that brings its own data; undefined for any other. */
export function readCopy(sql: string): Copy | undefined {
  if (!sql.endsWith("\n\\.") || !/^\s*COPY\b/i.test(withoutComments(sql.slice(0, 4_096)))) return undefined;
  // In the data there are no comments, but the command stands before them.
  const [all, delimiter] = /^[\s\S]*?\bFROM\s+STD(?:IN|OUT)\b[^;]*?(;[^\S\n]*\n)/i.exec(withoutComments(sql)) ?? [];
  if (all === undefined || delimiter === undefined) return undefined;
  return { command: sql.slice(0, all.length - delimiter.length), data: sql.slice(all.length, -2) };
}
