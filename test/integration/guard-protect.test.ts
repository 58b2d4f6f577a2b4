import { setTimeout as sleep } from "node:timers/promises";
import type { Mode } from "../../lib/guard";
import { createTestDatabase, type TestDatabase } from "../support/database";
import { startContainer } from "../support/guarded";
import { run, sql } from "../support/migrator";
import { SERVERS } from "../support/servers";

/** What reaches a function over HTTP, by the way it comes. */
const HTTP = {
  "payload 1.0": { httpMethod: "GET", path: "/", headers: {}, requestContext: { identity: {} } },
  "payload 2.0": { version: "2.0", rawPath: "/", requestContext: { http: { method: "GET" } } },
  "a load balancer": { httpMethod: "GET", path: "/", headers: {}, requestContext: { elb: { targetGroupArn: "a" } } },
};
const LISTS = { httpMethod: "GET", multiValueHeaders: {}, requestContext: { elb: { targetGroupArn: "a" } } };
const [, event] = Object.values(HTTP);

describe.each(SERVERS)("$server", ({ server, dialect, nothing }) => {
  const parse = (name: string, text: string) => sql(name, text, dialect);
  const first = parse("1_first", `-- migrate:up\n${nothing};\n-- migrate:down\n${nothing};`);
  const second = parse("2_second", `-- migrate:up\n${nothing};\n-- migrate:down\n${nothing};`);

  async function migrated(): Promise<TestDatabase> {
    const database = await createTestDatabase({ server });
    await run({ url: database.url, migrations: [first] }, "migrate");
    return database;
  }

  function protectedBy(url: string, set = [first], options: Parameters<typeof startContainer>[2] = {}) {
    return startContainer(url, set, options).guard.protect(async (_event: unknown, _context: unknown) => "served");
  }

  test("what is up to date is served, and what is not is refused in the caller's own way", async () => {
    const { url } = await migrated();
    expect(await protectedBy(url)(event, {})).toBe("served");
    const outdated = protectedBy(url, [first, second]);
    const headers = { "Retry-After": "5", "Content-Type": "application/problem+json", "Cache-Control": "no-store" };
    for (const way of Object.values(HTTP)) {
      expect(await outdated(way, {})).toMatchObject({ statusCode: 503, isBase64Encoded: false, headers });
    }
    const lists = await outdated(LISTS, {});
    expect(lists).toMatchObject({ statusCode: 503, multiValueHeaders: { "Retry-After": ["5"] } });
    expect(lists).not.toHaveProperty("headers");
    const others = [{ Records: [] }, {}, null, "text", { httpMethod: "GET", methodArn: "arn", requestContext: {} }];
    for (const other of others) {
      await expect(outdated(other, {})).rejects.toMatchObject({ code: "OUT_OF_DATE" });
    }
  });

  test("whoever asks over HTTP does not read the names of migrations", async () => {
    const { url } = await migrated();
    const answer = await protectedBy(url, [first, second])(event, {});
    expect(JSON.stringify(answer)).not.toContain("second");
    expect(answer).toMatchObject({ body: expect.stringContaining('"code":"OUT_OF_DATE"') });
  });

  test("a guarded transaction that is refused is refused over HTTP too", async () => {
    const { url } = await migrated();
    const { guard } = startContainer(url, [first]);
    const handler = guard.protect(async (_event: unknown, _context: unknown) => {
      await run({ url, migrations: [first] }, "rollback");
      return guard.transaction(async () => "served");
    });
    expect(await handler(event, {})).toMatchObject({ statusCode: 503 });
  });

  test("SELECT on two tables is all that it takes, and nothing is written", async () => {
    const owner = await migrated();
    const grants = { mysql: ["SELECT"], postgres: ["CONNECT", "USAGE ON SCHEMA public"] }[dialect];
    const reader = await createTestDatabase({ server, grants });
    const { username, password } = new URL(reader.url);
    const to = dialect === "mysql" ? `'${username}'@'%'` : username;
    await owner.query(`GRANT SELECT ON migration TO ${to}`);
    const url = Object.assign(new URL(owner.url), { username, password }).href;
    if (dialect === "postgres") await owner.query(`GRANT CONNECT ON DATABASE "${owner.name}" TO ${to}`);
    const denied = startContainer(url, [first]).guard.transaction(async () => "served");
    await expect(denied).rejects.toMatchObject({ code: "ACCESS_DENIED" });
    expect(await protectedBy(url)(event, {})).toMatchObject({ statusCode: 503 });
    await owner.query(`GRANT SELECT ON migration_step TO ${to}`);
    const journal = () =>
      Promise.all(
        ["migration", "migration_step", "migration_run"].map((table) => owner.query(`SELECT * FROM ${table}`)),
      );
    const before = await journal();
    expect(await protectedBy(url)(event, {})).toBe("served");
    expect(await startContainer(url, [first]).guard.transaction(async () => "served")).toBe("served");
    expect(await journal()).toEqual(before);
    for (const table of ["migration", "migration_step"]) await owner.query(`REVOKE SELECT ON ${table} FROM ${to}`);
  });

  test("where nothing was ever migrated it makes nothing", async () => {
    const database = await createTestDatabase({ server });
    expect(await protectedBy(database.url)(event, {})).toMatchObject({ statusCode: 503 });
    const work = startContainer(database.url, [first]).guard.transaction(async () => "served");
    await expect(work).rejects.toMatchObject({ code: "OUT_OF_DATE", message: expect.stringContaining("journal") });
    expect(await protectedBy(database.url, [first], { mode: "warn" })(event, {})).toBe("served");
    const schema = dialect === "mysql" ? database.name : "public";
    expect(await database.query(`SELECT * FROM information_schema.tables WHERE table_schema = '${schema}'`)).toEqual(
      [],
    );
  });

  test("an answer is taken for true for as long as the Guard was told, and no longer", async () => {
    const { url } = await migrated();
    const migrations = [first];
    const lasting = protectedBy(url, [first], { rememberMs: 3_600_000 });
    const short = protectedBy(url, [first], { rememberMs: 300 });
    expect([await lasting(event, {}), await short(event, {})]).toEqual(["served", "served"]);
    await run({ url, migrations }, "rollback");
    await sleep(300);
    expect([await lasting(event, {}), await short(event, {})]).toMatchObject(["served", { statusCode: 503 }]);
  });

  test("after the handler has failed the journal is asked again", async () => {
    const { url } = await migrated();
    const { guard } = startContainer(url, [first], { rememberMs: 3_600_000 });
    const handler = guard.protect(async (failing: unknown, _context: unknown) => {
      if (failing === "fail") throw new Error("no such column");
      return "served";
    });
    expect(await handler({}, {})).toBe("served");
    await run({ url, migrations: [first] }, "rollback");
    await expect(handler("fail", {})).rejects.toThrow("no such column");
    await expect(handler({}, {})).rejects.toMatchObject({ code: "OUT_OF_DATE" });
  });

  test.each<[Mode, readonly [unknown, unknown, unknown]]>([
    ["at-least", [{ statusCode: 503 }, "served", "served"]],
    ["exact", [{ statusCode: 503 }, "served", { statusCode: 503 }]],
    ["warn", ["served", "served", "served"]],
  ])("in the mode %s a database behind, abreast and ahead", async (mode, expected) => {
    const { url } = await migrated();
    const warned: unknown[] = [];
    const log = { warn: (message: string) => warned.push(message) };
    const handler = protectedBy(url, [first, second], { mode, rememberMs: 0, log });
    const third = parse("3_third", `${nothing};`);
    const answers = [await handler(event, {})];
    for (const migrations of [
      [first, second],
      [first, second, third],
    ]) {
      await run({ url, migrations }, "migrate");
      answers.push(await handler(event, {}));
    }
    expect(answers).toMatchObject(expected);
    expect(warned).toHaveLength({ "at-least": 1, exact: 2, warn: 1 }[mode]);
  });

  test("a database that cannot be reached is a refusal without its address, and is asked again", async () => {
    const { url } = await migrated();
    const unreachable = Object.assign(new URL(url), { port: "1" }).href;
    const handler = protectedBy(unreachable);
    expect(await handler(event, {})).toMatchObject({ statusCode: 503 });
    const error = await handler({}, {}).catch((thrown) => thrown);
    expect(error.code).toBe("UNREACHABLE");
    expect(JSON.stringify([error.message, error.advice, error.cause])).not.toMatch(/127\.0\.0\.1|localhost/);
  });

  test("the journal is found where the settings have put it", async () => {
    const { url } = await migrated();
    const journal = { migrationTable: "elsewhere" };
    await expect(protectedBy(url, [first], { journal })({}, {})).rejects.toMatchObject({ code: "OUT_OF_DATE" });
    const named = {
      schema: dialect === "mysql" ? new URL(url).pathname.slice(1) : "public",
      stepTable: "migration_step",
    };
    expect(await protectedBy(url, [first], { journal: named })({}, {})).toBe("served");
  });
});
