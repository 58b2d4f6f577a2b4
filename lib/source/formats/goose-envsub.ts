import type { Expansion, Expression } from "../placeholder";
import type { FoundPlaceholder } from "../placeholder-text";

export interface Expanded {
  /** The line with its escapes resolved and its placeholders as they are written. */
  readonly text: string;
  readonly placeholders: readonly FoundPlaceholder[];
  readonly fault?: string;
}

interface Cursor {
  readonly line: string;
  at: number;
  fault?: string;
}

/**
 * Reads one line within `ENVSUB ON`. Goose's rules: `$X`, `${X}`, `${X:-default}`, `${X-default}`, `${X?message}`,
 * `${X:offset}`, `${X:offset:length}`, defaults nested; `$$` and `\$` are a `$`, and `$(` is left alone.
 */
export function readEnvsub(line: string): Expanded {
  const cursor: Cursor = { line, at: 0 };
  const placeholders: FoundPlaceholder[] = [];
  let text = "";
  while (cursor.at < line.length && cursor.fault === undefined) {
    const from = cursor.at;
    const piece = readPiece(cursor, "");
    if (typeof piece === "string") text += piece;
    else {
      const written = line.slice(from, cursor.at);
      placeholders.push({ start: text.length, end: text.length + written.length, expansion: piece });
      text += written;
    }
  }
  return cursor.fault === undefined ? { text, placeholders } : { text: line, placeholders: [], fault: cursor.fault };
}

function readPiece(cursor: Cursor, stop: string): string | Expansion {
  const rest = cursor.line.slice(cursor.at);
  const literal = /^(?:\\\\|\\\$|\$\$|\$\(|\$$)/.exec(rest)?.[0];
  if (literal !== undefined) {
    cursor.at += literal.length;
    return literal === "\\$" || literal === "$$" ? "$" : literal;
  }
  if (rest.startsWith("$")) return readExpansion(cursor);
  const end = rest.slice(1).search(stop === "" ? /[$\\]/ : /[$\\}]/);
  const text = end < 0 ? rest : rest.slice(0, end + 1);
  cursor.at += text.length;
  return text;
}

function readExpansion(cursor: Cursor): Expansion {
  cursor.at++;
  if (cursor.line[cursor.at] !== "{") return { name: readName(cursor) };
  cursor.at++;
  const name = readName(cursor);
  const expansion = readOperation(cursor, name);
  if (!take(cursor, "}")) cursor.fault ??= `\${${name} is never closed by a }`;
  return expansion;
}

function readOperation(cursor: Cursor, name: string): Expansion {
  if (take(cursor, ":-")) return { name, empty: readExpression(cursor) };
  if (take(cursor, "-")) return { name, unset: readExpression(cursor) };
  if (take(cursor, "?"))
    return {
      name,
      required: readExpression(cursor)
        .map((piece) => (typeof piece === "string" ? piece : "…"))
        .join(""),
    };
  const bytes = /^:\s*([+-]?\d+)\s*(?::\s*([+-]?\d+)\s*)?(?=\})/.exec(cursor.line.slice(cursor.at));
  if (bytes) {
    cursor.at += bytes[0].length;
    return { name, bytes: bytes[2] === undefined ? [Number(bytes[1])] : [Number(bytes[1]), Number(bytes[2])] };
  }
  if (cursor.at < cursor.line.length && cursor.line[cursor.at] !== "}")
    cursor.fault ??= `after \${${name} stands neither } nor one of :- - ? and :offset:length`;
  return { name };
}

function readExpression(cursor: Cursor): Expression {
  const pieces: (string | Expansion)[] = [];
  while (cursor.at < cursor.line.length && cursor.line[cursor.at] !== "}" && cursor.fault === undefined) {
    pieces.push(readPiece(cursor, "}"));
  }
  return pieces;
}

function readName(cursor: Cursor): string {
  const name = /^\p{L}[\p{L}\p{N}_]*/u.exec(cursor.line.slice(cursor.at))?.[0];
  if (name === undefined) {
    cursor.fault ??= "a $ without the name of a variable; write $$ for a $, or -- +goose ENVSUB OFF before it";
    return "";
  }
  cursor.at += name.length;
  return name;
}

function take(cursor: Cursor, text: string): boolean {
  if (!cursor.line.startsWith(text, cursor.at)) return false;
  cursor.at += text.length;
  return true;
}
