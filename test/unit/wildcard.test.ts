import { entriesOf, isPattern, matches } from "../../lib/wildcard";

test.each([
  ["shop", "shop"],
  ["*", "shop"],
  ["*", ""],
  ["tenant_*", "tenant_"],
  ["tenant_*", "tenant_a_b"],
  ["*_live", "shop_live_live"],
  ["a*b*c", "aXbbYbc"],
  ["?hop", "shop"],
  ["gr??e", "größe"],
  ["?", "🙈"],
  ["a.b", "a.b"],
  ["a*?", "ab"],
  ["**", "a"],
])("%j means %j", (entry, name) => {
  expect(matches(entry, name)).toBe(true);
});

test.each([
  ["shop", "Shop"],
  ["shop", "shops"],
  ["tenant_*", "tenant"],
  ["tenant_*", "my_tenant_a"],
  ["*_live", "shop_live2"],
  ["?hop", "hop"],
  ["a.b", "axb"],
  ["[ab]", "a"],
  ["a*?", "a"],
  ["a*b*c", "acb"],
  ["", "a"],
])("%j does not mean %j", (entry, name) => {
  expect(matches(entry, name)).toBe(false);
});

test("many stars take no more than a moment", () => {
  expect(matches(`${"*a".repeat(5_000)}b`, "a".repeat(64))).toBe(false);
});

test("a list is divided at its commas, without the white space", () => {
  expect(entriesOf(" shop, tenant_* ,a b")).toEqual(["shop", "tenant_*", "a b"]);
  expect(entriesOf("a,,b")).toEqual(["a", "", "b"]);
});

test("what has a * or a ? is a pattern", () => {
  expect(["a", "a*", "a?b", "a%"].map(isPattern)).toEqual([false, true, true, false]);
});
