import { type Choice, checkDatabase, selectDatabases } from "../../lib/engine/selection";

const deadline = { remainingMs: () => 1_000 };

const choice = (allowed: readonly string[] | undefined, there: readonly string[] = []): Choice => ({
  ...(allowed && { allowed }),
  isName: (name) => !name.includes("/"),
  names: async () => there,
});
const unasked = (allowed?: readonly string[]): Choice => ({
  ...choice(allowed),
  names: () => Promise.reject(new Error("nobody was to be asked")),
});

describe("a list", () => {
  test("of names is taken as it is, each once, and the server is not asked", async () => {
    expect(await selectDatabases("b,a,b", unasked(["*"]), deadline)).toEqual(["b", "a"]);
  });

  test("with patterns means what is there, by name", async () => {
    const there = ["t_c", "shop", "t_a", "t_b"];
    expect(await selectDatabases("shop,t_*", choice(["*"], there), deadline)).toEqual(["shop", "t_a", "t_b", "t_c"]);
  });

  test("means nothing that is not allowed, not even by *", async () => {
    const there = ["postgres", "t_a", "t_b", "other"];
    expect(await selectDatabases("*", choice(["t_*"], there), deadline)).toEqual(["t_a", "t_b"]);
  });

  test.each([
    ["a name that is not allowed", "t_a,other", ["t_*"], "other"],
    ["a name that no database has", "t_a/b", ["*"], "t_a/b"],
    ["a pattern that means nothing", "t_a,u_*", ["t_*", "u_*"], "u_*"],
    ["a pattern that means only what is not allowed", "oth*", ["t_*"], "oth*"],
  ])("with %s is refused as a whole", async (_, list, allowed, named) => {
    await expect(selectDatabases(list, choice(allowed, ["t_a", "other"]), deadline)).rejects.toMatchObject({
      code: "INVALID_COMMAND",
      message: expect.stringContaining(JSON.stringify(named)),
    });
  });

  test("needs DATABASES", async () => {
    await expect(selectDatabases("a", unasked(), deadline)).rejects.toMatchObject({
      code: "INVALID_COMMAND",
      message: "`databases` needs the setting DATABASES.",
    });
  });
});

test("what a Command may name is said where it may not name a database", () => {
  expect(() => checkDatabase("other", choice(["shop", "t_*"]))).toThrow(
    expect.objectContaining({ code: "INVALID_COMMAND", advice: "DATABASES allows shop, t_*." }),
  );
});

test("without DATABASES it is for the login to say which database is its own", () => {
  expect(() => checkDatabase("other", choice(undefined))).not.toThrow();
  expect(() => checkDatabase("a/b", choice(undefined))).toThrow(expect.objectContaining({ code: "INVALID_COMMAND" }));
});
