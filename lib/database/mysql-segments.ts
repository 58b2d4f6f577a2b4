import { MigratorError } from "../errors";
import type { Statement } from "../migration";
import type { NumberedStatement, Segment } from "./database";
import { listed } from "./mysql-set";

/**
 * How a statement meets transactions.
 * https://dev.mysql.com/doc/refman/8.4/en/implicit-commit.html, https://mariadb.com/kb/en/sql-statements-that-cause-an-implicit-commit/
 *
 * - `joins`: becomes part of the transaction around it.
 * - `alone`: a transaction of its own, because what it runs inside cannot be seen from here.
 * - `implicit`: commits by itself. Whatever is not known is taken for this: a segment of its own is right for anything.
 */
type Kind = "joins" | "alone" | "implicit" | "begin" | "commit" | "rollback" | "lock" | "unlock" | "refused";

const KINDS: readonly (readonly [RegExp, Kind])[] = [
  [/^XA\b/i, "refused"],
  [/^(?:BEGIN\s+NOT\s+ATOMIC|IF|CASE|LOOP|REPEAT|WHILE|FOR)\b/i, "alone"],
  [/^(?:BEGIN|START\s+TRANSACTION)\b/i, "begin"],
  [/^COMMIT\b/i, "commit"],
  [/^ROLLBACK\s+(?:WORK\s+)?TO\b/i, "joins"],
  [/^ROLLBACK\b/i, "rollback"],
  [/^LOCK\s+TABLES?\b/i, "lock"],
  [/^UNLOCK\s+TABLES?\b/i, "unlock"],
  [/^(?:CALL|EXECUTE)\b/i, "alone"],
  [/^SET\s+(?:PASSWORD|DEFAULT\s+ROLE|ROLE|TRANSACTION|GLOBAL|PERSIST|PERSIST_ONLY|STATEMENT)\b/i, "implicit"],
  [/^SET\b[\s\S]*@@(?:GLOBAL|PERSIST|PERSIST_ONLY)\b/i, "implicit"],
  [/^SET\b[\s\S]*\bAUTOCOMMIT\b/i, "implicit"],
  [
    /^(?:INSERT|REPLACE|UPDATE|DELETE|SELECT|WITH|VALUES|TABLE|DO|SET|USE|PREPARE|DEALLOCATE|DROP\s+PREPARE)\b/i,
    "joins",
  ],
  [/^(?:SAVEPOINT|RELEASE\s+SAVEPOINT|SHOW|DESC|DESCRIBE|EXPLAIN|SIGNAL|GET\s+DIAGNOSTICS)\b/i, "joins"],
  [/^\(/, "joins"],
];

/** The statement from its first word: without comments and spaces before it, and without the `/*!` of a version comment. */
export function head(sql: string): string {
  return sql.replace(/^(?:\s+|--[^\n]*(?:\n|$)|#[^\n]*(?:\n|$)|\/\*(?!M?!)[\s\S]*?\*\/|\/\*M?!\d*)*/, "");
}

export function kindOf(sql: string): Kind {
  const text = head(sql);
  return KINDS.find(([pattern]) => pattern.test(text))?.[1] ?? "implicit";
}

/** The name of the one column of an answer of ours. */
export const EXECUTED = "what was executed ends here";

/** What is executed answers like a SELECT, like a CALL or like neither, and its text does not say which: so ours stands behind it. */
export function isExecuted(sql: string): boolean {
  return /^EXECUTE\b/i.test(head(sql));
}

interface Open {
  kind: Segment["kind"];
  readonly first: number;
  readonly statements: NumberedStatement[];
  explicit: boolean;
  unsure?: true;
}

/** What does nothing the second time, or goes with its session. IF stands right behind the kind of what is named: it may also stand in a trigger's body. */
const REPEATABLE =
  /^(?:CREATE\s+(?:OR\s+REPLACE|TEMPORARY)|(?:CREATE|DROP)\s+(?:(?:DEFINER\s*=\s*\S+|ALGORITHM\s*=\s*\w+|SQL\s+SECURITY\s+\w+|AGGREGATE|TEMPORARY|UNIQUE|FULLTEXT|SPATIAL)\s+)*\w+\s+IF\s+(?:NOT\s+)?EXISTS|ALTER\s+(?:USER|SEQUENCE)\s+IF\s+EXISTS|SET(?!\s+STATEMENT)|ANALYZE|OPTIMIZE|FLUSH)\b/i;
const ALTER_TABLE = /^ALTER\s+(?:ONLINE\s+|IGNORE\s+)?TABLE\s+(?:IF\s+EXISTS\s+)?(?:`[^`]*`|[^\s`])+\s+/i;
const REPEATABLE_CLAUSE =
  /^(?:ADD|DROP|MODIFY)\s+(?:(?:UNIQUE|FULLTEXT|SPATIAL|FOREIGN|COLUMN|INDEX|KEY|CONSTRAINT|PARTITION)\s+)*IF\s+(?:NOT\s+)?EXISTS\b/i;

/**
 * Cuts a script, from a statement on, into segments: one statement that commits implicitly, the longest run of statements that do not, a
 * `START TRANSACTION … COMMIT` (ours stands for it) or a `LOCK TABLES … UNLOCK TABLES` block.
 * @throws MigratorError `INVALID_MIGRATIONS` for distributed transactions
 */
export function segmentsOf(statements: readonly Statement[], from = 0): readonly Segment[] {
  const segments: Segment[] = [];
  let open: Open | undefined;
  const close = (next: number) => {
    if (open && next > open.first) {
      const { kind, first, statements: own } = open;
      const unsure = kind === "transaction" && open.unsure;
      const known = { kind, first, count: next - first, repeatable: repeatable(open), statements: own };
      segments.push({ ...known, ...(unsure && { unsure }) });
    }
    open = undefined;
  };
  statements.slice(from).forEach((statement, offset) => {
    const index = from + offset;
    const kind = kindOf(statement.sql);
    if (kind === "refused") throw distributed(statement);
    if (!continues(open, kind)) close(index);
    open ??= {
      kind: kind === "lock" ? "block" : "transaction",
      first: index,
      statements: [],
      explicit: kind === "begin",
    };
    add(open, { ...statement, index }, kind);
    if (ends(open, kind)) close(index + 1);
  });
  close(statements.length);
  return segments;
}

function repeatable({ kind, statements }: Open): boolean {
  return kind === "transaction" || (kind === "implicit" && statements.every(({ sql }) => isRepeatable(sql)));
}

/** Whether doing it once more is harmless where it is not known whether it was done. */
export function isRepeatable(sql: string): boolean {
  const text = head(sql);
  const altered = ALTER_TABLE.exec(text)?.[0];
  if (altered === undefined) return REPEATABLE.test(text);
  return listed(text.slice(altered.length)).every((clause) => REPEATABLE_CLAUSE.test(clause.trim()));
}

/** The beginning of a transaction that nothing after it ends. */
export function unendedIn(statements: readonly Statement[]): Statement | undefined {
  const goesOn = new Set<Kind>(["joins", "alone"]);
  const last = statements.findLast(({ sql }) => !goesOn.has(kindOf(sql)));
  return last && kindOf(last.sql) === "begin" ? last : undefined;
}

/** Whether a statement of this kind still belongs to the open segment. */
function continues(open: Open | undefined, kind: Kind): boolean {
  if (!open) return false;
  if (open.kind === "block") return true;
  if (kind === "joins" || kind === "commit") return true;
  return open.explicit && (kind === "alone" || kind === "rollback");
}

function add(open: Open, statement: NumberedStatement, kind: Kind): void {
  if (kind === "implicit" && open.kind === "transaction") open.kind = "implicit";
  if (kind === "alone") open.unsure = true;
  if (kind === "rollback") {
    // What came before must not take effect: the file's own control statements say so best.
    open.kind = "block";
    if (open.explicit) open.statements.unshift({ sql: "START TRANSACTION", line: statement.line, index: open.first });
  }
  const ours = open.kind === "transaction" && (kind === "begin" || kind === "commit");
  if (ours) return;
  const { sql } = statement;
  open.statements.push(isExecuted(sql) ? { ...statement, sql: `${sql}\n;\nSELECT 0 AS \`${EXECUTED}\`` } : statement);
}

function ends(open: Open, kind: Kind): boolean {
  if (kind === "implicit") return open.kind === "implicit";
  if (kind === "alone") return !open.explicit;
  return kind === "commit" ? open.kind === "transaction" : kind === "rollback" || kind === "unlock";
}

function distributed(statement: Statement): MigratorError {
  return new MigratorError(
    "INVALID_MIGRATIONS",
    `Line ${statement.line}: XA transactions cannot be part of a migration.`,
    {
      advice: "Use a plain transaction.",
    },
  );
}
