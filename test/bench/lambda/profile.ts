import { SourceMap } from "node:module";

/** What `node --cpu-prof` writes: https://chromedevtools.github.io/devtools-protocol/tot/Profiler/#type-Profile */
export interface Profile {
  readonly nodes: readonly ProfileNode[];
  /** Ids of nodes. */
  readonly samples: readonly number[];
  /** Microseconds since the sample before. */
  readonly timeDeltas: readonly number[];
}

interface ProfileNode {
  readonly id: number;
  readonly callFrame: CallFrame;
  readonly children?: readonly number[];
}

interface CallFrame {
  readonly functionName: string;
  readonly url: string;
  /** From 0. */
  readonly lineNumber: number;
  readonly columnNumber: number;
}

/** Whose code is at this place; undefined of what is in no bundle. */
export type OwnerOf = (frame: CallFrame) => string | undefined;

const NOT_AT_WORK = ["(root)", "(idle)"];

/** CPU time in ms by owner: of each sample, the innermost that has one. */
export function timeByOwner({ nodes, samples, timeDeltas }: Profile, ownerOf: OwnerOf): ReadonlyMap<string, number> {
  const parents = new Map(nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node] as const)));
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const owners = new Map<number, string>();
  const ownerFrom = (node: ProfileNode): string => {
    const known = owners.get(node.id);
    if (known !== undefined) return known;
    const parent = parents.get(node.id);
    const owner =
      ownerOf(node.callFrame) ?? special(node.callFrame) ?? (parent ? ownerFrom(parent) : "Node.js: the rest");
    owners.set(node.id, owner);
    return owner;
  };
  const times = new Map<string, number>();
  samples.forEach((id, i) => {
    const node = byId.get(id);
    if (!node || NOT_AT_WORK.includes(node.callFrame.functionName)) return;
    const owner = ownerFrom(node);
    times.set(owner, (times.get(owner) ?? 0) + Math.max(0, timeDeltas[i] ?? 0) / 1000);
  });
  return times;
}

/** What V8 and Node.js do on behalf of others, by the function in which they do it. */
const OWN_WORK: ReadonlyMap<string, string> = new Map([
  ["(garbage collector)", "garbage collection"],
  ["compileForInternalLoader", "Node.js: loading of its built-in modules"],
  ["wrapSafe", "Node.js: compilation of the bundle"],
]);

function special({ functionName, url }: CallFrame): string | undefined {
  return url === "" || url.startsWith("node:") ? OWN_WORK.get(functionName) : undefined;
}

/** The source file of a function in a bundled file. */
export type SourceOf = (line: number, column: number) => string | undefined;

/** How far a function's first mapped word may be from where it begins: what esbuild puts around a module is not mapped. */
const REACH = 200;

export function sourcesOf(map: string): SourceOf {
  const sources = new SourceMap(JSON.parse(map));
  const entryAt = (line: number, column: number) => {
    const entry = sources.findEntry(line, column);
    return "originalSource" in entry ? entry : undefined;
  };
  return (line, column) => {
    const before = entryAt(line, column);
    for (let next = column + 1; next < column + REACH; next++) {
      const entry = entryAt(line, next);
      if (entry && (entry.generatedLine !== before?.generatedLine || entry.generatedColumn !== before.generatedColumn))
        return entry.originalSource;
    }
    return before?.originalSource;
  };
}
