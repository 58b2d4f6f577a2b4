import { isUnchanged, probeAfter, reachedBy, tracesBefore } from "../../lib/database/effect";

test.each<[string, string, string, ReturnType<typeof reachedBy>]>([
  ["nothing of it", "000", "000", { from: 5 }],
  ["its beginning", "000", "110", { from: 7 }],
  ["all of it", "000", "111", { from: 8 }],
  ["a gap", "000", "101", { asked: 6, until: 8 }],
  ["one that was there before", "010", "110", { asked: 6, until: 8 }],
  ["one that was there before, behind one that is not there", "010", "010", { from: 5 }],
  ["one that has gone again", "001", "100", { asked: 6, until: 8 }],
  ["the first one was there before", "100", "100", { asked: 5, until: 8 }],
])("of a chain that begins at 5 has taken effect: %s", (_, before, now, verdict) => {
  expect(reachedBy(before, now, 5)).toEqual(verdict);
});

test("what is left of a chain is its end", () => {
  expect(tracesBefore(probeAfter("traces:001", 2))).toBe("1");
  expect(probeAfter("traces:001", 3)).toBeUndefined();
  expect(probeAfter("1:4 2:5", 0)).toBeUndefined();
});

test.each([
  ["1:4 2:5 0:0", "1:4 2:5 0:0", true],
  ["1:4 ~ ~", "1:4 2:5 0:0", true],
  ["1:4 2:5 0:0/-", "1:4 ~ ~/-", true],
  ["1:4 ~ ~", "1:5 ~ ~", false],
  ["1:4 ~ ~/-", "-/1:4 ~ ~", false],
  ["none", "1:4 ~ ~", false],
])("%s and %s agree: %s", (before, now, agree) => {
  expect(isUnchanged(before, now)).toBe(agree);
});
