/** `COPY … FROM stdin`, and the lines that a file holds for it up to `\.`. */
export interface Copy {
  readonly command: string;
  /** Without the `\.`, which is for psql alone. */
  readonly data: string;
}

/** Cuts a statement that brings its own data; undefined for any other. */
export function readCopy(sql: string): Copy | undefined {
  if (!/^COPY\b/i.test(sql) || !sql.endsWith("\n\\.")) return undefined;
  const end = /;[^\S\n]*\n/.exec(sql);
  if (!end) return undefined;
  return { command: sql.slice(0, end.index), data: sql.slice(end.index + end[0].length, -2) };
}
