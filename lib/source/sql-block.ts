import type { Body } from "./sql-body";

/** END and CASE after one of them are the name of a column. */
const beforeName = new Set([".", "AS"]);

/**
 * Knows where a semicolon of PostgreSQL's ends no statement: within parentheses, where CREATE RULE has its actions, and
 * between the BEGIN ATOMIC of a routine and its END. Any other BEGIN and END are those of a transaction.
 */
export function createBlock(): Body {
  let parentheses = 0;
  let blocks = 0;
  let previous = "";
  return {
    feed: (token) => {
      const word = token.toUpperCase();
      if (word === "(") parentheses++;
      else if (word === ")") parentheses--;
      else if (word === "ATOMIC" && previous === "BEGIN") blocks++;
      else if (blocks > 0 && !beforeName.has(previous)) blocks += change(word, previous, blocks);
      previous = word;
    },
    open: () => parentheses > 0 || blocks > 0,
  };
}

/** @param blocks how many BEGIN and CASE are open. */
function change(word: string, previous: string, blocks: number): -1 | 0 | 1 {
  if (word === "CASE") return 1;
  // The END of the body stands where a statement could; any other one, outside of a CASE, is a name.
  return word === "END" && (blocks > 1 || previous === ";" || previous === "ATOMIC") ? -1 : 0;
}
