import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const scripts = (name: string) => JSON.stringify(pathToFileURL(join(__dirname, "../../scripts/local", name)).href);

/** What `npm start` chooses where these servers can be had, in a process of its own: Jest cannot load an ES module. */
function choose(asked: string | undefined, available: readonly string[]) {
  const program = `
    import { choosePrivate } from ${scripts("database.mjs")};
    import { Advice } from ${scripts("progress.mjs")};
    const got = [];
    const ensure = async (name) => {
      got.push(name);
      if (!${JSON.stringify(available)}.includes(name)) throw new Advice(name + " cannot be had");
    };
    const chosen = await choosePrivate(${JSON.stringify(asked)}, ensure).catch((error) => error.message);
    console.log(JSON.stringify({ chosen, got }));
  `;
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", program], {
    encoding: "utf8",
  });
  return { ...JSON.parse(stdout), said: stderr };
}

test("MySQL is chosen where it can be had", () => {
  expect(choose(undefined, ["mysql", "postgres18"])).toEqual({ chosen: "mysql", got: ["mysql"], said: "" });
});

test("PostgreSQL is chosen where MySQL cannot be had, and said to be", () => {
  const { chosen, said } = choose(undefined, ["postgres18"]);
  expect(chosen).toBe("postgres");
  expect(said).toMatch(/^ {2}No MySQL-family server can be had here: this is PostgreSQL instead\..*\n$/);
});

test.each([
  ["mysql", ["postgres18"], "mysql cannot be had"],
  ["postgres", ["mysql", "postgres18"], "postgres"],
  ["oracle", ["mysql"], "DIALECT must be mysql or postgres."],
])("with DIALECT=%s nothing else is chosen", (asked, available, chosen) => {
  expect(choose(asked, available)).toMatchObject({ chosen });
});
