import { decode, encode } from "../../lib/database/code-values";

test.each<[string, unknown]>([
  ["dates", new Date("2026-01-02T03:04:05.678Z")],
  ["buffers", Buffer.from([0, 127, 255])],
  ["bigints", 9_007_199_254_740_993n],
  ["null and undefined", [null, undefined]],
  ["numbers that JSON lacks", [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0]],
  ["rows", [{ id: 1, at: new Date(0), tags: ["a", { b: null }], gone: undefined }]],
  ["texts with anything in them", 'it\'s "ü" \\ \u0000 🙂'],
  ["objects that look like what stands for a value", { "$migration-lambda": ["date", "2026"] }],
])("%s come back as they were", (_, value) => {
  expect(decode(encode(value))).toStrictEqual(value);
});

test("dates that do not exist come back as such", () => {
  expect(String(decode(encode(new Date(Number.NaN))))).toBe("Invalid Date");
});
