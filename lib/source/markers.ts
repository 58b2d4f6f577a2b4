import type { Migration } from "../migration";

export type Markers = Pick<Migration, "phase" | "transaction">;

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
  return { phase: marks.has("post") ? "post" : "pre", transaction: !marks.has("no transaction") };
}

/** A script's comments are looked for by the line: a line in a string that reads like a marker is one. */
export function readCodeMarkers(code: string): Markers {
  return readMarkers(code.split("\n").filter((line) => /^\s*(?:\/\/|\/\*|\*)/.test(line)));
}
