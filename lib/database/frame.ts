import type { SqlScript, Statement } from "../migration";

/** What a session loses with its connection, of what the statements of a script have set in it. */
export interface Frame {
  /** Those that can be said again on another session: they set what is written in them. */
  readonly repeated: readonly string[];
  /** Why the rest cannot go on without the session, as the end of a sentence. */
  readonly lost?: string;
}

/** Something in a session, and how a statement that needs it is known. */
export interface Made {
  readonly what: string;
  readonly use: RegExp;
  /** A statement that makes it anew, so that those behind it need what that one makes. */
  readonly anew?: RegExp;
}

/** What one statement does to its session. */
export type SessionEffect =
  | { readonly kind: "none" }
  /** Sets what is written in it. */
  | ({ readonly kind: "constant" } & Made)
  /** Makes something of data, which the session alone knows: a variable, a temporary table. */
  | ({ readonly kind: "data" } & Made);

/** Of one script, so that each of its statements is read once however often is asked. */
interface Reading {
  readonly effects: readonly SessionEffect[];
  /** Indexes of the statements that match. */
  matches(pattern: RegExp): readonly number[];
}

/** What must be done, and what is missing, to go on at statement `from` on another session. Pure. */
export function framesOf(
  effectOf: (statement: Statement) => SessionEffect,
): (script: SqlScript, from: number) => Frame {
  const readings = new WeakMap<SqlScript, Reading>();
  return (script, from) => {
    if (from === 0) return { repeated: [] };
    const reading = readings.get(script) ?? read(script, effectOf);
    readings.set(script, reading);
    return frameAt(script, from, reading);
  };
}

function read({ statements }: SqlScript, effectOf: (statement: Statement) => SessionEffect): Reading {
  const found = new Map<string, readonly number[]>();
  const matching = (pattern: RegExp) => statements.flatMap(({ sql }, index) => (pattern.test(sql) ? [index] : []));
  return {
    effects: statements.map(effectOf),
    matches: (pattern) => {
      const indexes = found.get(pattern.source) ?? matching(pattern);
      found.set(pattern.source, indexes);
      return indexes;
    },
  };
}

function frameAt({ statements }: SqlScript, from: number, { effects, matches }: Reading): Frame {
  const repeated: string[] = [];
  const gone = new Map<string, Made & { readonly index: number }>();
  statements.slice(0, from).forEach(({ sql }, index) => {
    const effect = effects[index];
    if (!effect || effect.kind === "none") return;
    // What is made of something that is gone cannot be made again either.
    const known = effect.kind === "constant" && ![...gone.values()].some(({ use }) => matches(use).includes(index));
    if (known) repeated.push(sql);
    else gone.set(effect.use.source, { ...effect, index });
  });
  for (const { what, index, use, anew } of gone.values()) {
    const [user] = matches(use).filter((one) => one >= from);
    const [made] = anew ? matches(anew).filter((one) => one >= from) : [];
    if (user === undefined || (made !== undefined && made < user)) continue;
    return { repeated, lost: `statement ${user + 1} uses ${what}, which statement ${index + 1} has made of data` };
  }
  return { repeated };
}

/** What any statement may depend on, such as a setting. */
export function everywhere(what: string): Made {
  return { what, use: /\S/ };
}

/** Matches a word that is not part of another one. */
export function word(text: string): RegExp {
  return new RegExp(`(?<![\\w$])${text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}(?![\\w$])`, "i");
}
