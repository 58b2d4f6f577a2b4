import { s3Trigger } from "../../lib/trigger/s3";
import type { Assembly } from "../../lib/trigger/trigger";
import { restEvent } from "../support/deployment";
import { eventBridgeEvent, inSns, inSqs, s3Event, snsNotification, testEvent } from "../support/s3-events";
import { nothing, playS3, UPLOADS } from "./trigger-s3";

const shop = s3Event("uploads", "live/shop/1_a.sql");

describe("what is an event of S3", () => {
  test.each([
    ["S3's own", shop],
    ["SNS", inSns(shop)],
    ["SQS", inSqs(shop)],
    ["SNS in SQS", inSqs(snsNotification(shop))],
    ["SNS in SQS, delivered raw", inSqs(inSns(shop))],
    ["EventBridge", eventBridgeEvent("uploads", "live/shop/1_a.sql")],
    ["EventBridge in SQS", inSqs(eventBridgeEvent("uploads", "live/shop/1_a.sql"))],
    ["EventBridge in SNS", inSns(eventBridgeEvent("uploads", "live/shop/1_a.sql"))],
  ])("%s: its database is looked at", async (_, event) => {
    expect(s3Trigger().recognises(event)).toBe(true);
    expect(await playS3(event)).toMatchObject({ looked: ["shop"], answer: {} });
  });

  test.each([
    ["S3's test", testEvent],
    ["its test in SNS", inSns(testEvent)],
    ["its test in SQS", inSqs(testEvent)],
    ["its test in SNS in SQS", inSqs(snsNotification(testEvent))],
  ])("%s is answered, and nothing is looked at", async (_, event) => {
    expect(s3Trigger().recognises(event)).toBe(true);
    expect(await playS3(event)).toMatchObject({ looked: [], answer: {} });
  });

  test("everything else is another's", () => {
    const others = [undefined, null, "", [], {}, { action: "migrate" }, restEvent("GET /migrate"), { Records: [] }];
    const foreign = [
      ...others,
      { Records: [{ eventSource: "aws:dynamodb" }] },
      { Records: [null, 1] },
      { Records: {} },
    ];
    expect(foreign.filter((event) => s3Trigger().recognises(event))).toEqual([]);
  });

  test.each([
    ["a topic's message that is no JSON", { Records: [{ EventSource: "aws:sns", Sns: { Message: "hello" } }] }],
    ["a topic's message of somebody else", inSns({ Records: [{ eventSource: "aws:ses" }] })],
    ["a topic without a message", { Records: [{ EventSource: "aws:sns" }] }],
    ["a record without an object", { Records: [{ eventSource: "aws:s3", s3: { bucket: { name: "uploads" } } }] }],
    [
      "a key that cannot be decoded",
      { Records: [{ eventSource: "aws:s3", s3: { bucket: { name: "b" }, object: { key: "%" } } }] },
    ],
    ["an event of EventBridge without details", { source: "aws.s3" }],
    ["a queue's message that is no JSON", inSqs("hello")],
  ])("%s is refused", async (_, event) => {
    expect(await playS3(event)).toMatchObject({ error: { name: "INVALID_COMMAND" }, looked: [] });
  });
});

describe("which databases are looked at", () => {
  test("each once per event, whatever the records say", async () => {
    const keys = [
      "live/shop/2.sql",
      "live/orders/1.sql",
      "live/shop/1.sql",
      "live/shop/2.sql",
      "live/shop/manifest.json",
    ];
    expect((await playS3(s3Event("uploads", ...keys))).looked).toEqual(["shop", "orders"]);
    expect((await playS3(inSqs(shop, shop, shop))).looked).toEqual(["shop"]);
  });

  test.each(["my shop", "a+b", "größe", "50%", "a%2Fb"])("the database %s, by its name as it is", async (database) => {
    const key = `live/${database}/1 + 2.sql`;
    expect((await playS3(s3Event("uploads", key))).looked).toEqual([database]);
    expect((await playS3(eventBridgeEvent("uploads", key))).looked).toEqual([database]);
  });

  test.each([
    ["live/shop/", "it is a folder"],
    ["live/shop/v1/", "it is a folder"],
    ["live/shop/.DS_Store", "it is no migration"],
    ["live/shop/README.md", "it is no migration"],
    ["live/shop/.git/1.sql", "it is no migration"],
    ["live/.git/HEAD", "it is no migration"],
    ["live/1.sql", "it is in no database's folder"],
    ["live//1.sql", "it is in no database's folder"],
  ])("none for %s, which is logged", async (key, because) => {
    const { looked, error, logged } = await playS3(s3Event("uploads", key));
    expect([looked, error]).toEqual([[], undefined]);
    expect(logged).toEqual([{ level: "info", message: "ignored", data: { key, because } }]);
  });

  test("none where nothing of the event is below the prefix, which is a warning: something is set up wrongly", async () => {
    const because = "it is not below the prefix";
    const ignored = (level: string, key: string) => ({ level, message: "ignored", data: { key, because } });
    const { looked, error, logged } = await playS3(s3Event("uploads", "test/shop/1.sql"));
    expect([looked, error, logged]).toEqual([[], undefined, [ignored("warn", "test/shop/1.sql")]]);
    const mixed = await playS3(s3Event("uploads", "test/shop/1.sql", "live/shop/1.sql"));
    expect([mixed.looked, mixed.logged]).toEqual([["shop"], [ignored("info", "test/shop/1.sql")]]);
  });

  test("none for another bucket, which is an error", async () => {
    const { looked, error } = await playS3(s3Event("other", "live/shop/1.sql"));
    expect([looked, error?.name]).toEqual([[], "INVALID_SETTINGS"]);
    expect(error?.message).toContain("The event is of the bucket other, and MIGRATIONS_S3 is s3://uploads/live");
  });

  test("no more of them at a time than the settings allow", async () => {
    const keys = ["a", "b", "c", "d", "e"].map((name) => `live/${name}/1.sql`);
    let [now, most] = [0, 0];
    const slow = async () => {
      now += 1;
      most = Math.max(most, now);
      await new Promise((resolve) => setTimeout(resolve, 5));
      now -= 1;
      return nothing;
    };
    const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
    const assemble = (): Assembly => ({ migrator: { run: slow }, httpPatienceMs: 1, log, uploads: UPLOADS });
    const context = { awsRequestId: "1", getRemainingTimeInMillis: () => 900_000 };
    await s3Trigger().handle({ event: s3Event("uploads", ...keys), context, assemble });
    expect([now, most]).toEqual([0, 2]);
  });
});
