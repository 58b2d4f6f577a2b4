import { ask } from "../support/ask";
import type { TestDatabase } from "../support/database";
import { type LocalAnswer, logLines, startFunction } from "../support/function";
import { type Instance, withInstance } from "../support/instance";
import { SERVERS, type Server } from "../support/servers";

const FILES = {
  "1_users.sql": "-- migrate:up\nCREATE TABLE users (id INT PRIMARY KEY);\n-- migrate:down\nDROP TABLE users;\n",
  "2_orders.sql": "-- migrate:up\nCREATE TABLE orders (id INT PRIMARY KEY);\n-- migrate:down\nDROP TABLE orders;\n",
};

/** The user's login without its own database. */
function bare({ url }: TestDatabase): string {
  return Object.assign(new URL(url), { pathname: "" }).href;
}

const functionOn = ({ home, prefix }: Instance, { dialect }: Server, env: Readonly<Record<string, string>> = {}) =>
  startFunction(FILES, dialect, { DATABASE_URL: bare(home), DATABASES: `${prefix}*`, ...env });

const outcomes = ({ databases = [] }: LocalAnswer) =>
  databases.map((one) => [one.database, "outcome" in one ? one.outcome : one.code]);
const doneIn = ({ databases = [] }: LocalAnswer) =>
  databases.flatMap((one) => ("done" in one && one.done.length > 0 ? [one.database] : []));

describe.each(SERVERS)("on $dialect", (server) => {
  test("of 30 databases one fails, and calling again does only what is left", () =>
    withInstance(
      server,
      Array.from({ length: 30 }, (_, i) => String(i + 10)),
      async (instance) => {
        const { names, prefix, url } = instance;
        const broken = `${prefix}21`;
        await ask(url(broken), "CREATE TABLE orders (id INT)");
        const { http } = await functionOn(instance, server);
        const first = await http(`GET /migrate?databases=${prefix}*`);
        expect([first.status, first.body.code]).toEqual([500, "MIGRATION_FAILED"]);
        expect(outcomes(first.body)).toEqual(names.map((name) => [name, name === broken ? "failed" : "done"]));
        expect(first.body.message).toMatch(
          new RegExp(`^30 databases: 29 done, 1 failed \\(${broken}: 2_orders failed`),
        );
        expect(await http("GET /status?databases=*")).toMatchObject({ status: 200, body: { outcome: "done" } });
        await ask(url(broken), "DROP TABLE orders");
        const again = await http("POST /migrate", { databases: "*" });
        expect([again.status, again.body.message]).toEqual([200, "30 databases: 30 done."]);
        expect(doneIn(again.body)).toEqual([broken]);
        const lines = logLines().filter(({ database }) => database === broken);
        expect(lines.map(({ level, message }) => [level, message])).toContainEqual(["ERROR", "finished"]);
      },
    ));

  test("a Command that names one database gives its Report as ever", () =>
    withInstance(server, ["a", "b"], async (instance) => {
      const { names } = instance;
      const { http } = await functionOn(instance, server);
      const { status, body } = await http(`GET /migrate?database=${names[1]}`);
      expect([status, body.database, body.outcome, body.done?.length]).toEqual([200, names[1], "done", 2]);
      const { body: other } = await http(`GET /status?database=${names[0]}`);
      expect(other).toMatchObject({ database: names[0], applied: [], remaining: ["1_users", "2_orders"] });
    }));

  test("names that mean something to SQL, a shell or a URL are names like any other", () =>
    withInstance(server, HOSTILE[server.dialect], async (instance) => {
      const { names } = instance;
      const { http } = await functionOn(instance, server);
      for (const database of names)
        expect((await http("POST /migrate", { database })).body).toMatchObject({ database, outcome: "done" });
      const { body } = await http("POST /rollback", { databases: `${instance.prefix}*`, steps: 2 });
      expect(outcomes(body)).toEqual([...names].sort().map((name) => [name, "done"]));
    }));

  test("a database that is not allowed is refused, and nothing is begun in the others", () =>
    withInstance(server, ["a"], async (instance) => {
      const { home, names, prefix, url } = instance;
      const { http } = await functionOn(instance, server);
      const answer = await http("POST /migrate", { databases: `${names[0]},${home.name}` });
      expect([answer.status, answer.body.code]).toEqual([400, "INVALID_COMMAND"]);
      expect(answer.body.advice).toBe(`DATABASES allows ${prefix}*.`);
      expect(await ask(url(names[0] ?? ""), server.tables.replace("'public'", "current_schema()"))).toEqual([]);
    }));

  test("a database that is not there fails by itself, and the others are migrated", () =>
    withInstance(server, ["a", "c"], async (instance) => {
      const { names, prefix } = instance;
      const { invoke } = await functionOn(instance, server);
      const call = invoke({ action: "migrate", databases: `${names[0]},${prefix}b,${names[1]}` });
      const { name, message } = await call.then(
        () => new Error("it succeeded"),
        (error: Error) => error,
      );
      expect(name).toBe("MigrationFailed");
      const [sentence, ...rest] = message.split("\n");
      expect(sentence).toMatch(
        new RegExp(`^3 databases: 2 done, 1 failed \\(${prefix}b: .* database ${prefix}b.*\\)\\.$`),
      );
      expect(outcomes(JSON.parse(rest.at(-1) ?? ""))).toEqual([
        [names[0], "done"],
        // MySQL does not tell whoever has no privilege on it whether a database is there.
        [`${prefix}b`, server.dialect === "mysql" ? "ACCESS_DENIED" : "UNREACHABLE"],
        [names[1], "done"],
      ]);
    }));

  test("with onFailure stop, those that were not begun are named", () =>
    withInstance(server, ["a", "b", "c"], async (instance) => {
      const { names, url } = instance;
      await ask(url(names[0] ?? ""), "CREATE TABLE orders (id INT)");
      const { http } = await functionOn(instance, server, { DATABASES_AT_ONCE: "1" });
      const { status, body } = await http("POST /migrate", { databases: "*", onFailure: "stop" });
      expect([status, outcomes(body), body.notStarted]).toEqual([500, [[names[0], "failed"]], names.slice(1)]);
    }));

  test("a run id goes on in each of them, and gives what each has kept", () =>
    withInstance(server, ["a", "b"], async (instance) => {
      const { invoke } = await functionOn(instance, server);
      const command = { action: "migrate", databases: "*", runId: "deploy-7" };
      const first = await invoke(command);
      expect(doneIn(first)).toEqual(instance.names);
      expect((await invoke(command)).databases).toEqual(first.databases);
    }));

  test("what the time is too short for is not begun, and the next call does it", () =>
    withInstance(server, ["a", "b"], async (instance) => {
      const { names } = instance;
      const slow = { "1_slow.sql": `-- migrate:up\n${server.sleep(1)};\n` };
      const env = { DATABASE_URL: bare(instance.home), DATABASES: `${instance.prefix}*`, DATABASES_AT_ONCE: "1" };
      const { invoke } = await startFunction(slow, server.dialect, env);
      const first = await invoke({ action: "migrate", databases: "*" }, 1_800);
      expect([outcomes(first), first.outcome, first.notStarted]).toEqual([
        [[names[0], "running"]],
        "running",
        names.slice(1),
      ]);
      const again = await invoke({ action: "migrate", databases: "*" });
      expect(outcomes(again)).toEqual(names.map((name) => [name, "done"]));
    }));

  test("without DATABASES only the login's own database can be named", () =>
    withInstance(server, ["a"], async ({ home, names }) => {
      const { http } = await startFunction(FILES, server.dialect, { DATABASE_URL: home.url });
      expect(await http(`GET /migrate?database=${home.name}`)).toMatchObject({
        status: 200,
        body: { outcome: "done" },
      });
      const other = await http(`GET /migrate?database=${names[0]}`);
      expect([other.status, other.body.code]).toEqual([400, "INVALID_COMMAND"]);
      const several = await http("GET /status?databases=*");
      expect([several.status, several.body.code]).toEqual([400, "INVALID_COMMAND"]);
    }));

  test("where neither the Command nor the settings name a database, that is said", () =>
    withInstance(server, [], async (instance) => {
      const { http } = await functionOn(instance, server);
      const { status, body } = await http("POST /rollback");
      expect([status, body.code]).toEqual([400, "INVALID_COMMAND"]);
      expect(body.advice).toContain("`databases`");
    }));
});

const HOSTILE = {
  mysql: ['o\'hara "x"; DROP DATABASE y --', "a b$(id) per%cent_", "größe 名前", "&x=1#?"],
  postgres: ['o\'hara "x"; DROP DATABASE y --', "a b$(id) per%cent_", "größe 🙈", "`x`.y&=1#?"],
} as const;
