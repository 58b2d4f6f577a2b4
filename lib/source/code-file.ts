import type { CodeParams, CodeScript } from "../migration";
import type { Adapter, ToolScript } from "./adapters/adapter";
import { createKnexAdapter } from "./adapters/knex";
import { createSequelizeAdapter } from "./adapters/sequelize";
import type { CodeFormat, CodeTraits } from "./code-format";

export interface CodeModule extends CodeTraits {
  /** Path of the file relative to the Source. */
  readonly file: string;
  /** What importing it gave. */
  readonly module: unknown;
}

/** The tool that modules were written for, where it is not umzug. */
export interface Tool {
  readonly format: Exclude<CodeFormat, "umzug">;
  /** What importing its package gave. */
  readonly package: unknown;
}

export interface CodeScripts {
  readonly up: CodeScript;
  readonly down?: CodeScript;
}

type Run = (...values: readonly unknown[]) => unknown;
type Exports = Readonly<Record<string, unknown>>;

const ADAPTERS: Readonly<Record<Tool["format"], (imported: unknown) => Adapter>> = {
  knex: createKnexAdapter,
  sequelize: createSequelizeAdapter,
};

/**
 * Finds `up` and `down` in what importing a file gave: exports of their own, or properties of the default export, as
 * CommonJS and its compilers leave them.
 * @returns a sentence's end saying what is wrong, when the module cannot be used.
 */
export function readModule(code: CodeModule, tool?: Tool): CodeScripts | string {
  const [owner] = candidates(code.module).filter((candidate) => isRun(candidate.up));
  if (!owner || !isRun(owner.up)) return "exports no function up";
  const read = tool ? toolScript(code, owner, tool) : ownScript(code, owner);
  if (owner.down === undefined || owner.down === null) return { up: read(owner.up) };
  if (!isRun(owner.down)) return "exports a down that is no function";
  return { up: read(owner.up), down: read(owner.down) };
}

function ownScript({ file, transaction }: CodeModule, owner: Exports): (run: Run) => CodeScript {
  return (run) => ({
    kind: "code",
    file,
    ...(transaction === false && { transaction }),
    run: async (params) => run.call(owner, params),
  });
}

function toolScript(code: CodeModule, owner: Exports, { format, package: imported }: Tool): (run: Run) => CodeScript {
  const adapter = ADAPTERS[format](imported);
  const { file, context = "queryInterface" } = code;
  const inTransaction =
    code.transaction !== false && !(format === "knex" && asRecord(owner.config).transaction === false);
  return (run) => {
    const script: ToolScript = { run: run.bind(owner), parameters: run.length, inTransaction, context };
    return {
      kind: "code",
      file,
      ...(!inTransaction && { transaction: false as const }),
      run: (params: CodeParams) => adapter(script, params),
    };
  };
}

function candidates(module: unknown): readonly Exports[] {
  const outer = asRecord(module);
  const inner = asRecord(outer.default);
  return [outer, inner, asRecord(inner.default)];
}

function asRecord(value: unknown): Exports {
  const holds = value !== null && (typeof value === "object" || typeof value === "function");
  return holds ? (value as Exports) : {};
}

function isRun(value: unknown): value is Run {
  return typeof value === "function";
}
