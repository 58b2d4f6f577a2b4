import type { Part } from "./connection";
import { textKey } from "./message";
import type { Copy } from "./postgres-copy";

/** https://www.postgresql.org/docs/current/protocol-message-formats.html */
const KINDS = { parse: 0x50, bind: 0x42, copyData: 0x64 };
/** What is the same each time. */
const EXECUTE = Buffer.from("E\0\0\0\x09\0\0\0\0\0");
const FLUSH = Buffer.from("H\0\0\0\x04");
const SYNC = Buffer.from("S\0\0\0\x04");
const COPY_DONE = Buffer.from("c\0\0\0\x04");
/** Of the type `text`: https://www.postgresql.org/docs/current/catalog-pg-type.html */
const TEXT_OID = 25;
/** Larger than what a part has beside its texts. */
const FRAME_BYTES = 128;
const VALUE_BYTES = 8;

/**
 * Several messages that end with one Sync: what follows one that fails is skipped, and is run by the server without us when none
 * does. What a transaction refuses is refused in a text of several statements too, but not at the head of such messages.
 */
export function pipelineOf(parts: readonly Part[], copies: readonly (Copy | undefined)[]): Buffer {
  const bytes = createBytes(parts.reduce((sum, part, index) => sum + roomFor(part, copies[index]), FRAME_BYTES));
  const names = new Map<string, string>();
  for (const [index, part] of parts.entries()) {
    // The server keeps its answers back until it is asked for them.
    if (part.starts) bytes.raw(FLUSH);
    const copy = copies[index];
    const { values = [] } = part;
    const known = knownAs(part, names);
    if (!known.parsed) parse(bytes, { name: known.name, text: copy?.command ?? part.sql, types: values.length });
    bind(bytes, known.name, values);
    bytes.raw(EXECUTE);
    if (copy) sendData(bytes, copy);
  }
  bytes.raw(SYNC);
  return bytes.all();
}

function roomFor({ sql, values = [] }: Part, copy: Copy | undefined): number {
  let room = FRAME_BYTES + Buffer.byteLength(sql) + Buffer.byteLength(copy?.data ?? "");
  for (const value of values) room += VALUE_BYTES + Buffer.byteLength(value ?? "");
  return room;
}

/** What is not of a series has no name, and what is parsed next takes its place. */
function knownAs({ sql, series }: Part, names: Map<string, string>) {
  if (series === undefined) return { name: "", parsed: false };
  const key = textKey(series, sql);
  const name = names.get(key);
  if (name !== undefined) return { name, parsed: true };
  const fresh = `migration_lambda_${names.size}`;
  names.set(key, fresh);
  return { name: fresh, parsed: false };
}

type Bytes = ReturnType<typeof createBytes>;

function parse(
  bytes: Bytes,
  { name, text, types }: { readonly name: string; readonly text: string; readonly types: number },
): void {
  bytes.message(KINDS.parse, () => {
    bytes.text(name);
    bytes.text(text);
    bytes.int16(types);
    for (let left = types; left > 0; left -= 1) bytes.int32(TEXT_OID);
  });
}

function bind(bytes: Bytes, name: string, values: readonly (string | null)[]): void {
  bytes.message(KINDS.bind, () => {
    bytes.text("");
    bytes.text(name);
    bytes.int16(0);
    bytes.int16(values.length);
    for (const value of values) bytes.value(value);
    bytes.int16(0);
  });
}

/** At once and not when the server asks for it: it must have it all. */
function sendData(bytes: Bytes, { data }: Copy): void {
  bytes.message(KINDS.copyData, () => bytes.chars(data));
  bytes.raw(COPY_DONE);
}

/** @param room no more is written */
function createBytes(room: number) {
  const buffer = Buffer.allocUnsafe(room);
  let end = 0;
  const byte = (number: number) => {
    buffer[end] = number;
    end += 1;
  };
  const int16 = (number: number) => {
    byte(number >>> 8);
    byte(number);
  };
  const int32 = (number: number) => {
    int16(number >>> 16);
    int16(number);
  };
  const chars = (text: string) => {
    if (text !== "") end += buffer.write(text, end);
  };
  return {
    int16,
    int32,
    chars,
    raw: (bytes: Buffer) => {
      buffer.set(bytes, end);
      end += bytes.length;
    },
    text: (text: string) => {
      chars(text);
      byte(0);
    },
    value: (text: string | null) => {
      const start = end;
      int32(-1);
      if (text === null) return;
      chars(text);
      buffer.writeInt32BE(end - start - 4, start);
    },
    /** Its length counts itself, and not its kind. */
    message: (kind: number, write: () => void) => {
      byte(kind);
      const start = end;
      int32(0);
      write();
      buffer.writeInt32BE(end - start, start);
    },
    all: () => buffer.subarray(0, end),
  };
}
