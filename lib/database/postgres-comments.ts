/** A string with a doubled quote in it reads as two side by side. */
const TOKENS = /'[^']*'|"[^"]*"|\$([A-Za-z_]\w*)?\$[\s\S]*?\$\1\$|--[^\n]*|\/\*/g;

/** A statement with blanks in place of its comments, and everything else where it was. */
export function withoutComments(sql: string): string {
  if (!sql.includes("/*") && !sql.includes("--")) return sql;
  const parts: string[] = [];
  const tokens = new RegExp(TOKENS);
  let from = 0;
  for (let found = tokens.exec(sql); found; found = tokens.exec(sql)) {
    const [token] = found;
    if (token !== "/*" && !token.startsWith("--")) continue;
    const end = token === "/*" ? nestedEnd(sql, found.index) : found.index + token.length;
    parts.push(
      sql.slice(from, found.index),
      sql.slice(found.index, end).replace(/[^\n]+/g, (line) => " ".repeat(line.length)),
    );
    from = end;
    tokens.lastIndex = end;
  }
  return parts.join("") + sql.slice(from);
}

function nestedEnd(sql: string, start: number): number {
  const marks = /\/\*|\*\//g;
  marks.lastIndex = start;
  let depth = 0;
  for (let mark = marks.exec(sql); mark; mark = marks.exec(sql)) {
    depth += mark[0] === "/*" ? 1 : -1;
    if (depth === 0) return marks.lastIndex;
  }
  return sql.length;
}
