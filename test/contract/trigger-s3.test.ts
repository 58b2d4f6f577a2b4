import { MigratorError } from "../../lib/errors";
import { s3Trigger } from "../../lib/trigger/s3";
import { inSqs, s3Event, testEvent } from "../support/s3-events";
import { OUTCOMES, reportOf } from "./trigger";
import { incomplete, playS3, something } from "./trigger-s3";

const shop = s3Event("uploads", "live/shop/1_a.sql");

describe("a look at a database", () => {
  test("is followed by another one until there is nothing to do, each a run of its own", async () => {
    const { looked, calls } = await playS3(shop, { script: { shop: [something, something] } });
    expect(looked).toEqual(["shop", "shop", "shop"]);
    expect(new Set(calls.map(({ requestId }) => requestId)).size).toBe(3);
  });

  test("waits as long as the function may run, and says in whose name", async () => {
    const { calls } = await playS3(shop, { remainingMs: 60_000 });
    const caller = "s3://uploads/live/shop/1_a.sql, request request-1";
    expect(calls).toMatchObject([{ patienceMs: 60_000, whenRunning: "wait", caller }]);
  });

  test("fits its name into the journal, however long the key is", async () => {
    const { calls } = await playS3(s3Event("uploads", `live/shop/${"ü".repeat(900)}.sql`));
    expect([...(calls[0]?.caller ?? "")]).toHaveLength(255);
    expect(calls[0]?.caller).toMatch(/, request request-1$/);
  });

  test.each(OUTCOMES.filter((outcome) => outcome !== "done"))(
    "that is %s is an error, the message first",
    async (outcome) => {
      const { error } = await playS3(shop, { script: { shop: [reportOf(outcome)] } });
      expect(error?.name).toMatch(/^Migration(Failed|Refused|Running|Incomplete)$/);
      expect(error?.message).toMatch(new RegExp(`^This is ${outcome}.\n`));
      expect(JSON.parse(error?.message.split("\n").at(-1) ?? "")).toEqual(reportOf(outcome));
    },
  );

  test("that cannot be made says why and what to do", async () => {
    const error = new MigratorError("ACCESS_DENIED", "No.", { advice: "Grant it.", cause: new Error("s3cr3t") });
    expect((await playS3(shop, { script: { shop: [error] } })).error).toMatchObject({
      name: "ACCESS_DENIED",
      message: "No.\nGrant it.",
    });
  });

  test("is made again while an upload is not complete", async () => {
    expect(await playS3(shop, { script: { shop: [incomplete, something] } })).toMatchObject({
      looked: ["shop", "shop", "shop"],
      answer: { databases: ["shop"] },
    });
  });

  test("is an error where there is no time to wait for the rest of an upload, or to begin at all", async () => {
    const { error, looked } = await playS3(shop, { script: { shop: [incomplete] }, remainingMs: 3_500 });
    expect([error?.name, looked]).toEqual(["UPLOAD_INCOMPLETE", ["shop"]]);
    const late = await playS3(shop, { remainingMs: 2_000 });
    expect(late).toMatchObject({ error: { name: "MigrationIncomplete" }, looked: [] });
  });

  test("passes on an error that nobody expected", async () => {
    const unexpected = new TypeError("undefined is not a function");
    expect((await playS3(shop, { script: { shop: [unexpected] } })).error).toBe(unexpected);
  });
});

describe("the root database", () => {
  const withRoot = { holds: async () => true };

  test("is looked at first, and once, whichever was named first", async () => {
    const event = s3Event("uploads", "live/shop/1.sql", "live/mysql/1.sql");
    expect((await playS3(event, { uploads: { ...withRoot, databases: async () => [] } })).looked).toEqual([
      "mysql",
      "shop",
    ]);
    expect((await playS3(shop, { uploads: withRoot })).looked).toEqual(["mysql", "shop"]);
  });

  test("is left alone where it has no migrations", async () => {
    expect((await playS3(shop)).looked).toEqual(["shop"]);
  });

  test("lets every database be looked at when it did something", async () => {
    const { looked } = await playS3(shop, { uploads: withRoot, script: { mysql: [something] } });
    expect(looked).toEqual(["mysql", "mysql", "shop", "orders"]);
  });

  test("lets every database be looked at when it was named: an earlier try may have done something", async () => {
    expect((await playS3(s3Event("uploads", "live/mysql/1.sql"))).looked).toEqual(["mysql", "orders", "shop"]);
  });

  test("that fails keeps all others from being looked at", async () => {
    const { looked, error } = await playS3(shop, { uploads: withRoot, script: { mysql: [reportOf("failed")] } });
    expect([looked, error?.message.split("\n")[0]]).toEqual([["mysql"], "This is failed."]);
  });
});

describe("several databases", () => {
  const both = s3Event("uploads", "live/shop/1.sql", "live/orders/1.sql");
  const refused = new MigratorError("INVALID_COMMAND", "The database orders is not allowed.", {
    advice: "DATABASES allows shop.",
  });

  test("one that fails does not keep the others from being looked at", async () => {
    const { looked, error } = await playS3(both, { script: { shop: [reportOf("failed")] } });
    expect([looked, error?.name]).toEqual([["shop", "orders"], "MigrationFailed"]);
  });

  test("all that went wrong is said in the first line", async () => {
    const { error } = await playS3(both, { script: { shop: [reportOf("failed")], orders: [refused] } });
    expect(error?.message.split("\n")[0]).toBe("This is failed. The database orders is not allowed.");
    expect(error?.message).toContain("DATABASES allows shop.");
  });

  const orders = s3Event("uploads", "live/orders/1.sql");

  test("of a queue's messages only those that failed are given back, and their errors logged", async () => {
    const { answer, logged } = await playS3(inSqs(shop, orders, "hello", testEvent), { script: { orders: [refused] } });
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: "m2" }, { itemIdentifier: "m3" }] });
    expect(logged.filter(({ message }) => message === "failed").map(({ data }) => data)).toMatchObject([
      { error: { code: "INVALID_COMMAND" } },
      { error: { name: "INVALID_COMMAND" } },
      { error: { name: "INVALID_COMMAND" } },
    ]);
  });

  test("a queue's messages of which each failed are an error", async () => {
    expect((await playS3(inSqs(orders, orders), { script: { orders: [refused] } })).error?.name).toBe(
      "INVALID_COMMAND",
    );
  });

  test("a queue's messages that went well are all taken", async () => {
    expect((await playS3(inSqs(shop, testEvent))).answer).toEqual({ batchItemFailures: [] });
  });
});

describe("what fails before a database is looked at, or between two, is in the log", () => {
  const unreached = new MigratorError("UNREACHABLE", "S3 does not answer.");
  const broken = async () => Promise.reject(unreached);

  test.each([
    ["whether the root database has a folder", shop, { holds: broken }, "UNREACHABLE"],
    ["which databases there are", s3Event("uploads", "live/mysql/1.sql"), { databases: broken }, "UNREACHABLE"],
    ["what is no event of S3", { source: "aws.s3" }, {}, "INVALID_COMMAND"],
    ["a queue's message that is none", inSqs("hello"), {}, "INVALID_COMMAND"],
  ])("%s", async (_, event, uploads, code) => {
    const { error, logged } = await playS3(event, { uploads });
    expect(error?.name).toBe(code);
    expect(logged).toMatchObject([{ level: "error", message: "failed", data: { error: { code } } }]);
  });
});

test("a function with its migrations built in is no place for uploads", async () => {
  const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const migrator = { run: () => Promise.reject(new Error("not needed")) };
  const context = { awsRequestId: "1", getRemainingTimeInMillis: () => 900_000 };
  const handled = s3Trigger().handle({ event: shop, context, assemble: () => ({ migrator, httpPatienceMs: 1, log }) });
  await expect(handled).rejects.toMatchObject({
    name: "INVALID_SETTINGS",
    message: expect.stringContaining("MIGRATIONS_S3"),
  });
});
