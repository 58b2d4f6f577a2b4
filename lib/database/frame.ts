import type { SqlScript, Statement } from "../migration";

/** What a session loses with its connection, of what the statements of a script have set in it. */
export interface Frame {
  /** Those that can be said again on another session: they set what is written in them. */
  readonly repeated: readonly string[];
  /** Why the rest cannot go on without the session, as the end of a sentence. */
  readonly lost?: string;
}

/** What one statement does to its session. */
export type SessionEffect =
  | { readonly kind: "none" }
  /** Sets what is written in it. */
  | { readonly kind: "constant" }
  /** Makes something of data, which the session alone knows: a variable, a temporary table. `use`: where it is used. */
  | { readonly kind: "data"; readonly what: string; readonly use: RegExp };

/** What must be done, and what is missing, to go on at statement `from` on another session. Pure. */
export function frameAt(
  { statements }: SqlScript,
  from: number,
  effectOf: (statement: Statement, before: readonly Statement[]) => SessionEffect,
): Frame {
  const repeated: string[] = [];
  const rest = statements.slice(from);
  let lost: string | undefined;
  statements.slice(0, from).forEach((statement, index) => {
    const effect = effectOf(statement, statements.slice(0, index));
    if (effect.kind === "constant") repeated.push(statement.sql);
    if (effect.kind !== "data") return;
    const user = rest.findIndex(({ sql }) => effect.use.test(sql));
    if (user >= 0)
      lost ??= `statement ${from + user + 1} uses ${effect.what}, which statement ${index + 1} has made of data`;
  });
  return { repeated, ...(lost !== undefined && { lost }) };
}

/** Matches a word that is not part of another one. */
export function word(text: string): RegExp {
  return new RegExp(`(?<![\\w$])${text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}(?![\\w$])`, "i");
}
