import { Duplex } from "node:stream";
import { Connection } from "pg";
import type { Part } from "../../lib/database/connection";
import { type PipelineWire, sendPipeline } from "../../lib/database/postgres-pipeline";

/** Each message's kind, how often a text stands in all of them, and in how many writes they went out. */
function sent(parts: readonly Part[], text: string) {
  const chunks: Buffer[] = [];
  let writes = 0;
  const keep = (written: readonly Buffer[]) => {
    writes += 1;
    chunks.push(...written);
  };
  const stream = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _, done) => {
      keep([chunk]);
      done();
    },
    writev: (pending, done) => {
      keep(pending.map(({ chunk }) => chunk));
      done();
    },
  });
  const wire: unknown = new Connection({ stream: () => stream });
  sendPipeline(
    wire as PipelineWire,
    parts,
    parts.map(() => undefined),
  );
  const bytes = Buffer.concat(chunks);
  const kinds: string[] = [];
  for (let at = 0; at < bytes.length; at += 1 + bytes.readInt32BE(at + 1))
    kinds.push(bytes.toString("latin1", at, at + 1));
  return { kinds: kinds.join(""), times: bytes.toString().split(text).length - 1, writes };
}

const insertion = (value: string | null, series?: number) => ({
  sql: "INSERT INTO a VALUES ($1)",
  values: [value],
  ...(series !== undefined && { series }),
});

test("a text that comes again in its series is parsed once", () => {
  expect(sent([insertion("ü", 0), insertion(null, 0), insertion("b", 0)], "INSERT")).toEqual({
    kinds: "PBEBEBES",
    times: 1,
    writes: 1,
  });
});

test("a text is parsed again in another series, and outside of any", () => {
  expect(sent([insertion("a", 0), insertion("b", 1), insertion("c"), insertion("d")], "INSERT")).toEqual({
    kinds: "PBEPBEPBEPBES",
    times: 4,
    writes: 1,
  });
});

test("the server is asked for its answers before each step", () => {
  expect(sent([{ sql: "SELECT 1" }, { sql: "SELECT 2", starts: true }], "SELECT").kinds).toBe("PBEHPBES");
});

test("all of a long pipeline goes out in one write", () => {
  const values = Array.from({ length: 500 }, () => insertion("😀ü€", 0));
  expect(sent(values, "😀")).toEqual({ kinds: `P${"BE".repeat(500)}S`, times: 500, writes: 1 });
});
