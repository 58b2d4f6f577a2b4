import { digestByName } from "../../lib/set-digest";

const entries = (...names: readonly string[]) => names.map((name) => ({ name, checksum: `sum of ${name}` }));

test("a set is put in order and digested once, however often it is asked", () => {
  const set = entries("2_b", "1_a");
  const sorted = jest.spyOn(set, "toSorted");
  expect(digestByName(set)).toBe(digestByName(set));
  expect(sorted).toHaveBeenCalledTimes(1);
});

test("a set that was loaded anew is digested as it is then", () => {
  const [before, same, changed] = [entries("1_a", "2_b"), entries("2_b", "1_a"), entries("1_a", "2_c")];
  expect(digestByName(same)).toBe(digestByName(before));
  expect(digestByName(changed)).not.toBe(digestByName(before));
});
