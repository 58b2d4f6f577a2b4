import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { UNITS } from "../../plugins/late";

const PACKAGES = Object.values(UNITS).flatMap((packages) => Object.entries(packages));

/** What code takes of a package, types apart: `import { A, B as C } from` it, or `{ A, B: c } = await import(` it. */
function takenFrom(name: string, text: string): readonly string[] {
  const quoted = `["']${name}["']`;
  const lists = [
    ...text.matchAll(new RegExp(`import\\s*\\{([^{}]*)\\}\\s*from\\s*${quoted}`, "g")),
    ...text.matchAll(new RegExp(`\\{([^{}]*)\\}\\s*=\\s*await\\s+import\\(${quoted}\\)`, "g")),
  ];
  const names = lists.flatMap(([, list = ""]) => list.split(","));
  return names
    .map((one) => one.trim())
    .filter((one) => one !== "" && !one.startsWith("type "))
    .map((one) => one.split(/\s+as\s+|\s*:\s*/)[0] ?? "");
}

/** Files that name the package in any other way would go unseen. */
function mentions(name: string, text: string): number {
  const others = text.replace(new RegExp(`import\\s+type\\s*\\{[^}]*\\}\\s*from\\s*["']${name}["']`, "g"), "");
  return others.match(new RegExp(`(?:from|import\\(|require\\()\\s*["']${name}["']`, "g"))?.length ?? 0;
}

const texts = ["lib", "functions", "migrations"].flatMap((folder) =>
  readdirSync(resolve(folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => readFileSync(join(folder, file), "utf8")),
);

describe.each(PACKAGES)("of %s", (name, listed) => {
  test("what our code takes is what is listed", () => {
    const taken = texts.flatMap((text) => takenFrom(name, text));
    expect([...new Set(taken)].sort()).toEqual([...listed].sort());
  });

  test("our code takes names one by one, which alone can be compared with the list", () => {
    const counts = texts.map((text) => [mentions(name, text), takenFrom(name, text).length > 0 ? 1 : 0]);
    expect(counts.filter(([all, seen]) => all !== seen)).toEqual([]);
  });
});
