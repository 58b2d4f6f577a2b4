import { inflateRawSync } from "node:zlib";
import type { Migration, SourceSums, SqlScript, Statement } from "../migration";
import type { CodeEntry, Manifest, SqlEntry } from "./bundle";

/** What the build makes of thousands of migrations. Each text is base64 of JSON that is deflated: a list of values. */
export interface Packed {
  /** Of `PackedHead`, and of what is not packed. */
  readonly heads: readonly string[];
  /** Of `PackedScripts`, one for each head, in their order. `first`: number of the first head in it. */
  readonly scripts: readonly { readonly first: number; readonly text: string }[];
}

type Unread = Omit<SqlScript, "statements">;

/** All of a migration that is looked at where it is not run. */
export interface PackedHead extends Omit<Migration, "up" | "down" | "source"> {
  readonly kind: "packed";
  readonly up: Unread;
  readonly down?: Unread;
  /** That there is one. */
  readonly source?: true;
}

export interface PackedScripts {
  readonly up: readonly Statement[];
  readonly down?: readonly Statement[];
  readonly source?: SourceSums;
}

/** A migration whose statements are unpacked when they are asked for, and not kept. */
export interface PackedEntry extends Migration {
  readonly kind: "packed";
}

/** How many texts stay unpacked: steps that travel together may lie in two that follow one another. */
const RECENT = 2;

const NUMBER = Symbol("number");
type Read = PropertyDescriptor & ThisType<{ readonly [NUMBER]: number }>;

export function unpack({ heads, scripts }: Packed): Manifest["migrations"] {
  const read = createReading(scripts);
  let number = 0;
  const entryOf = ({ up, down, source, ...head }: PackedHead): PackedEntry => {
    const own = number++;
    const script = ({ kind, file, transaction }: Unread, statements: Read) => {
      const plain = { kind, file, ...(transaction === false && { transaction }), [NUMBER]: own };
      return Object.defineProperty(plain, "statements", statements) as unknown as SqlScript;
    };
    // The two are mostly of one file, whose name is parsed twice.
    const back = down && (down.file === up.file ? { ...down, file: up.file } : down);
    const entry = {
      ...head,
      [NUMBER]: own,
      up: script(up, read.up),
      ...(back && { down: script(back, read.down) }),
    };
    return source ? Object.defineProperty(entry, "source", read.source) : entry;
  };
  return heads.flatMap((text) =>
    inflated<PackedHead | SqlEntry | CodeEntry>(text).map((one) => (one.kind === "packed" ? entryOf(one) : one)),
  );
}

/** Getters that all objects share: with one of its own each would be several times as large. */
function createReading(scripts: Packed["scripts"]) {
  const recent: { readonly first: number; readonly scripts: readonly PackedScripts[] }[] = [];
  const scriptsAt = (number: number): PackedScripts | undefined => {
    const packed = scripts.findLast(({ first }) => first <= number);
    if (!packed) return undefined;
    const { first, text } = packed;
    const known = recent.find((one) => one.first === first) ?? { first, scripts: inflated<PackedScripts>(text) };
    if (!recent.includes(known)) recent.unshift(known);
    recent.length = Math.min(recent.length, RECENT);
    return known.scripts[number - first];
  };
  const reading = (read: (scripts: PackedScripts | undefined) => unknown): Read => ({
    enumerable: true,
    get() {
      return read(scriptsAt(this[NUMBER]));
    },
  });
  return {
    up: reading((one) => one?.up),
    down: reading((one) => one?.down),
    source: reading((one) => one?.source),
  };
}

function inflated<T>(text: string): readonly T[] {
  return JSON.parse(inflateRawSync(Buffer.from(text, "base64")).toString());
}
