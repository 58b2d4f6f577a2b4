/** `COPY … FROM stdin`, and the lines that a file holds for it up to `\.`. */
export interface Copy {
  readonly command: string;
  /** Without the `\.`, which is for psql alone. */
  readonly data: string;
}

/** Cuts a statement that brings its own data; undefined for any other. */
export function readCopy(sql: string): Copy | undefined {
  if (!/^COPY\b/i.test(sql) || !sql.endsWith("\n\\.")) return undefined;
  const end = /\bFROM\s+STD(?:IN|OUT)\b[^;]*?(;[^\S\n]*\n)/i.exec(sql);
  const [all, delimiter] = end ?? [];
  if (end === null || all === undefined || delimiter === undefined) return undefined;
  const start = end.index + all.length;
  return { command: sql.slice(0, start - delimiter.length), data: sql.slice(start, -2) };
}
