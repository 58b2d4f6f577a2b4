import type { Phase } from "../migration";

export interface Markers {
  readonly phase: Phase;
  readonly transaction?: false;
}

/**
 * `migration: post` and `migration: no transaction`, each alone in a comment of its own line. Other words after
 * `migration:` are left alone: people write such comments as titles.
 */
export function readMarkers(comments: readonly string[]): Markers {
  const marks = new Set(
    comments.map((comment) => {
      const mark = /^\W*migration:\s*(post|no[ -]transaction)\W*$/i.exec(comment)?.[1];
      return mark?.toLowerCase().replace("-", " ");
    }),
  );
  return { phase: marks.has("post") ? "post" : "pre", ...(marks.has("no transaction") && { transaction: false }) };
}

/** A script's comments are looked for by the line: a line in a string that reads like a marker is one. */
export function readCodeMarkers(code: string): Markers {
  return readMarkers(code.split("\n").filter((line) => /^\s*(?:\/\/|\/\*|\*)/.test(line)));
}
