/** Knows whether a semicolon ends a statement or stands inside it. */
export interface Body {
  feed(token: string): void;
  /** True while a semicolon belongs to the statement. */
  open(): boolean;
}

/** `VALUE` is a CASE that yields a value: no statements in it, and it is ended by a bare END. */
type Block = "BEGIN" | "IF" | "CASE" | "VALUE" | "LOOP" | "WHILE" | "REPEAT" | "FOR";

/**
 * Of a masked text (see `sql-text.ts`). What is longer than any word, as a number of some megabytes or a string, comes in pieces:
 * V8 keeps a place to return to for each character that it repeats, and has room for some million.
 */
export const tokens = /\/\*M?!\d*|\*\/|[\p{L}\p{N}_$]{1,1000}|'{1,1000}|\S/gu;

const definer = String.raw`(?:definer\s*=\s*\S+(?:\s*@\s*\S+)?\s+)?`;
const program = new RegExp(
  String.raw`^\s*(?:create|alter)\s+(?:or\s+replace\s+)?${definer}(?:aggregate\s+)?(procedure|function|trigger|event)\b`,
  "i",
);
/** MariaDB runs these outside of stored programs too. A plain BEGIN starts a transaction. */
const compound = /^\s*(?:begin\s+not\s+atomic|if|case|loop|while|repeat|for)\b/i;

const opening: ReadonlyMap<string, Block> = new Map(
  (["BEGIN", "IF", "CASE", "LOOP", "WHILE", "REPEAT", "FOR"] as const).map((word) => [word, word]),
);
/** Once one of them has begun the body, the body is that one statement. */
const verbs = new Set(
  (
    "SELECT INSERT UPDATE DELETE REPLACE RETURN CALL SIGNAL RESIGNAL WITH VALUES ALTER CREATE DROP TRUNCATE RENAME GRANT " +
    "REVOKE EXECUTE PREPARE DEALLOCATE OPTIMIZE ANALYZE CHECK FLUSH KILL OPEN FETCH CLOSE LEAVE ITERATE START COMMIT ROLLBACK GET"
  ).split(" "),
);
/** After one of them END is the name of a column, not the end of a CASE. */
const expectsOperand = new Set(
  "WHEN THEN ELSE CASE AND OR NOT XOR IS LIKE IN BETWEEN DIV MOD SELECT DISTINCT BY WHERE ON HAVING FROM".split(" "),
);

/**
 * Knows the bodies of MySQL's stored programs. Its grammar allows BEGIN, END and most other words of it as names, so a word
 * counts only where a statement may begin.
 * @param head the masked beginning of the statement.
 */
export function createBody(head: string): Body {
  const plain = head.replace(/\/\*M?!\d*|\*\//g, " ");
  const kind = program.exec(plain)?.[1]?.toUpperCase();
  const reader = kind !== undefined || compound.test(plain) ? createReader(kind) : undefined;
  let versions = 0;
  return {
    feed: (token) => {
      if (/^\/\*M?!/.test(token)) versions++;
      else if (token === "*/") versions = Math.max(0, versions - 1);
      else reader?.feed(token);
    },
    open: () => versions > 0 || (reader?.open() ?? false),
  };
}

interface Place {
  readonly stack: readonly Block[];
  /** A statement may begin here. */
  readonly fresh: boolean;
  /** Somewhere from here on a head ends and its body, one statement, begins. */
  readonly loose: boolean;
  /** Within this statement there was … */
  readonly mark: "" | "DECLARE" | "UNTIL";
  readonly previous: string;
}

function createReader(kind: string | undefined): Body {
  const anchor = createAnchor(kind);
  let place: Place = { stack: [], fresh: false, loose: kind === undefined, mark: "", previous: "" };
  return {
    feed: (token) => {
      const { previous } = place;
      const word = previous === "." || previous === "@" ? "" : token.toUpperCase();
      const next = step(place, word);
      place = { ...next, loose: next.loose || anchor(word, previous), previous: word };
    },
    open: () => place.stack.length > 0,
  };
}

function step(place: Place, word: string): Place {
  const { stack, fresh, loose, previous } = place;
  if (word === "END" && ends(place)) return { ...place, stack: stack.slice(0, -1), fresh: false, mark: "" };
  const block = fresh || (loose && previous !== "HANDLER") ? opening.get(word) : undefined;
  if (block !== undefined) {
    const begins = block === "BEGIN" || block === "LOOP" || block === "REPEAT";
    return { ...place, stack: [...stack, block], fresh: begins, loose: false };
  }
  if (word === "CASE" && previous !== "END") return { ...place, stack: [...stack, "VALUE"], fresh: false };
  return { ...place, fresh: isFresh(place, word), loose: isLoose(place, word), mark: markAfter(place, word) };
}

function ends({ stack, fresh, mark, previous }: Place): boolean {
  const block = stack.at(-1);
  if (block === "REPEAT") return mark === "UNTIL";
  if (block === "VALUE") return /^(?:\)|'+|[\p{L}\p{N}_$]*)$/u.test(previous) && !expectsOperand.has(previous);
  return fresh;
}

function isFresh({ stack, fresh }: Place, word: string): boolean {
  const block = stack.at(-1);
  if (word === ";" || word === ":") return true;
  if (word === "DO") return !fresh && (block === "WHILE" || block === "FOR");
  if (word === "THEN" || word === "ELSE") return block !== "VALUE";
  return fresh && (word === "NOT" || word === "ATOMIC");
}

function isLoose({ loose, mark, previous }: Place, word: string): boolean {
  if (word === "HANDLER" && mark === "DECLARE") return true;
  // CHARACTER SET and RETURNS SET(...) belong to the head of a function.
  const sets = word === "SET" && !["CHARACTER", "CHAR", "RETURNS"].includes(previous);
  return loose && !sets && word !== ";" && !verbs.has(word);
}

function markAfter({ fresh, mark }: Place, word: string): Place["mark"] {
  if (word === ";") return "";
  return fresh && (word === "DECLARE" || word === "UNTIL") ? word : mark;
}

/** Tells when the part of a head that may hold names is over: FOR EACH ROW, DO, the parameters. */
function createAnchor(kind: string | undefined): (word: string, previous: string) => boolean {
  let depth = 0;
  let state: "before" | "within" | "past" = kind === undefined ? "past" : "before";
  return (word, previous) => {
    if (state === "past") return false;
    if (state === "before") {
      if (word === kind) state = "within";
      return false;
    }
    if (word === "(") depth++;
    if (word === ")") depth--;
    const reached =
      kind === "TRIGGER"
        ? word === "ROW" && previous === "EACH"
        : kind === "EVENT"
          ? word === "DO"
          : word === ")" && depth === 0;
    if (reached) state = "past";
    return reached;
  };
}
