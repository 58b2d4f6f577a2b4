import type { DialectName } from "../../lib/migration";

/** One exact piece of a source file, and what stands there instead in the harness's own build. */
export interface Replacement {
  /** Relative to lib. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** In every build: what the server would do after a minute, it does after a second, which a live runner pings often inside. */
export const SHORTER: readonly Replacement[] = [
  { file: "database/mysql.ts", from: "const IDLE_SECONDS = 60;", to: "const IDLE_SECONDS = 1;" },
  { file: "database/postgres.ts", from: "const IDLE_MS = 60_000;", to: "const IDLE_MS = 1_000;" },
  { file: "database/create.ts", from: "const PING_MS = 20_000;", to: "const PING_MS = 400;" },
  // Otherwise the first step of each run would travel alone, and mostly that is half of them.
  { file: "database/relay-pace.ts", from: "const FIRST = 1;", to: "const FIRST = 4;" },
];

const TRACED = "return seen?.atomic === 1 ? reachedBy(before, seen.digits, statement) : unknown;";

/**
 * What can be switched off to see that the harness notices. Each piece must be there exactly once, so that none of these
 * becomes a switch that does nothing.
 */
export const BREAKS: Readonly<Record<string, readonly Replacement[]>> = {
  "write-ahead-mark": [
    {
      file: "database/message.ts",
      from: "const mark = next ? markOf(next) : row;",
      to: "const mark = next ? [] : row;",
    },
  ],
  "lock-check": [
    {
      file: "database/mysql-grammar.ts",
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text
      from: "whileLocked: (lock, value) => `IF(${holder(lock)} = CONNECTION_ID(), ${value}, ${lockCheckFails})`,",
      to: "whileLocked: (lock, value) => value,",
    },
    {
      file: "database/postgres-grammar.ts",
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text
      from: "`CASE WHEN CASE WHEN ${keep(lock)} THEN CASE WHEN ${giveBack(lock)} THEN ${take(lock)} END END THEN ${value} ELSE ${lockCheckFails} END`,",
      to: "value,",
    },
  ],
  "segment-transaction": [
    {
      file: "database/message.ts",
      from: 'if (segment.kind === "transaction") return [transaction(context, [...statements, ...marked])];',
      to: 'if (segment.kind === "transaction") return [[...statements.flatMap((part) => transaction(context, [part])), ...entry(context, mark)]];',
    },
  ],
  joining: [
    {
      file: "engine/turn.ts",
      from: "const current = state.unfinished.find((other) => other.connection === state.holder && isSame(other, run));",
      to: "const current = state.unfinished.find(() => false);",
    },
  ],
  settling: [
    {
      file: "database/verdict.ts",
      from: "if (!effect || probe === undefined) return unknown;",
      to: "if (!effect || probe === undefined) return { from: statement };",
    },
    {
      file: "database/verdict.ts",
      from: 'return took === "unknown" ? unknown : { from: took === "yes" ? after : statement };',
      to: "return { from: statement };",
    },
    { file: "database/verdict.ts", from: TRACED, to: "return { from: statement };" },
  ],
  // The intent of a step that is not the first of its message.
  "hand-over": [
    {
      file: "database/relay-message.ts",
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text
      from: "{ sql: `${sql} AND ${relay.taken(number, within)}` }",
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text
      to: "{ sql: `${sql} AND 1 = 0` }",
    },
  ],
  "time-check": [
    {
      file: "database/mysql-relay.ts",
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text
      from: " AND ${CLOCK} < ${UNTIL}",
      to: "",
    },
    {
      file: "database/postgres-relay.ts",
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text
      from: 'CASE WHEN ${now} < ${name("deadline")} THEN',
      to: "CASE WHEN TRUE THEN",
    },
  ],
  "start-check": [
    {
      file: "database/mysql-relay.ts",
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text
      from: "${lockCheckFails})`",
      to: "0)`",
    },
    {
      file: "database/postgres-relay.ts",
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text
      from: "CASE WHEN ${begun} AND ${condition} THEN",
      to: "CASE WHEN TRUE THEN",
    },
  ],
  traces: [{ file: "database/verdict.ts", from: TRACED, to: "return { from: statement + before.length };" }],
  frame: [
    {
      file: "database/carry-out.ts",
      from: "frame: setup.dialect.frame(script, from).repeated",
      to: "frame: []",
    },
  ],
};

/**
 * What makes no difference on a dialect. PostgreSQL ends a statement that goes alone in one transaction with its mark, since
 * both are before the same Sync: it never happens that the one is there and the other is not, so there is nothing to judge.
 * There a step whose intent is not in its row does not begin, whoever kept it from being written.
 */
export const IDLE: Readonly<Record<DialectName, readonly string[]>> = {
  mysql: [],
  postgres: ["settling", "traces", "hand-over"],
};
