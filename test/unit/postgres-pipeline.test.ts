import { pipelineOf } from "../../lib/database/postgres-pipeline";

/** Each message's kind, and how often a text stands in all of them. */
function sent(parts: Parameters<typeof pipelineOf>[0], text: string) {
  const bytes = pipelineOf(
    parts,
    parts.map(() => undefined),
  );
  const kinds: string[] = [];
  for (let at = 0; at < bytes.length; at += 1 + bytes.readInt32BE(at + 1))
    kinds.push(bytes.toString("latin1", at, at + 1));
  return { kinds: kinds.join(""), times: bytes.toString().split(text).length - 1 };
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
  });
});

test("a text is parsed again in another series, and outside of any", () => {
  expect(sent([insertion("a", 0), insertion("b", 1), insertion("c"), insertion("d")], "INSERT")).toEqual({
    kinds: "PBEPBEPBEPBES",
    times: 4,
  });
});

test("the server is asked for its answers before each step", () => {
  expect(sent([{ sql: "SELECT 1" }, { sql: "SELECT 2", starts: true }], "SELECT").kinds).toBe("PBEHPBES");
});

test("there is room for what is longer in bytes than in characters", () => {
  expect(sent([insertion("😀ü€".repeat(10_000), 0)], "😀")).toEqual({ kinds: "PBES", times: 10_000 });
});
