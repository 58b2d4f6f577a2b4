import type { CodeParams, CodeScript } from "../migration";

export interface CodeScripts {
  readonly up: CodeScript;
  readonly down?: CodeScript;
}

type Run = CodeScript["run"];

/**
 * Finds `up` and `down` in what importing a file gave: exports of their own, or properties of the default export, as
 * CommonJS and its compilers leave them.
 * @returns a sentence's end saying what is wrong, when the module cannot be used.
 */
export function readModule(file: string, module: unknown): CodeScripts | string {
  const [owner] = candidates(module).filter((candidate) => isRun(candidate.up));
  if (!owner || !isRun(owner.up)) return "exports no function up";
  const script = (run: Run): CodeScript => ({
    kind: "code",
    file,
    run: (params: CodeParams) => run.call(owner, params),
  });
  if (owner.down === undefined || owner.down === null) return { up: script(owner.up) };
  if (!isRun(owner.down)) return "exports a down that is no function";
  return { up: script(owner.up), down: script(owner.down) };
}

function candidates(module: unknown): readonly Readonly<Record<string, unknown>>[] {
  const outer = asRecord(module);
  const inner = asRecord(outer.default);
  return [outer, inner, asRecord(inner.default)];
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  const holds = value !== null && (typeof value === "object" || typeof value === "function");
  return holds ? (value as Readonly<Record<string, unknown>>) : {};
}

function isRun(value: unknown): value is Run {
  return typeof value === "function";
}
