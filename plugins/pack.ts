import { deflateRawSync } from "node:zlib";
import type { Packed, PackedHead, PackedScripts } from "../lib/source/packed";
import type { ReadFolder } from "../lib/source/reader";

/** Characters of JSON in one text: so much is unpacked at a time. A longer migration has one of its own. */
const TEXT_LENGTH = 65_536;

/** As `unpack` takes it. What has placeholders stays as it is: all of them are looked at before anything runs. */
export function pack(entries: ReadFolder["migrations"]): Packed {
  const scripts: PackedScripts[] = [];
  const heads = entries.map((entry): PackedHead | (typeof entries)[number] => {
    if (entry.kind !== "sql" || entry.up.placeholders || entry.down?.placeholders) return entry;
    const { up, down, source, ...described } = entry;
    const { statements, ...first } = up;
    const { statements: back, ...second } = down ?? {};
    scripts.push({ up: statements, ...(back && { down: back }), ...(source && { source }) });
    return {
      ...described,
      kind: "packed",
      up: first,
      ...(down && { down: { ...second, kind: "sql", file: down.file } }),
      ...(source && { source: true }),
    };
  });
  return { heads: textsOf(heads).map(({ text }) => text), scripts: textsOf(scripts) };
}

function textsOf(values: readonly unknown[]): Packed["scripts"] {
  const texts: { readonly first: number; readonly json: string[]; length: number }[] = [];
  values.forEach((value, number) => {
    const json = JSON.stringify(value);
    const last = texts.at(-1);
    if (last && last.length + json.length <= TEXT_LENGTH) {
      last.json.push(json);
      last.length += json.length;
    } else texts.push({ first: number, json: [json], length: json.length });
  });
  return texts.map(({ first, json }) => ({
    first,
    text: deflateRawSync(`[${json.join(",")}]`, { level: 9 }).toString("base64"),
  }));
}
