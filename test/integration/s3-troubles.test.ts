import { abortAfter } from "../../lib/abort-after";
import { createS3Folders } from "../../lib/source/s3";
import { refusalOf, withS3 } from "../contract/s3";
import { startS3 } from "../support/s3-double";

const running = withS3(startS3);
const LOCATED = { location: { bucket: "uploads", prefix: "" }, dialect: "mysql" } as const;
const folders = createS3Folders(LOCATED);
const namesIn = async (database: string) => (await folders.open(database).load()).map(({ name }) => name);

afterEach(() => {
  running().behave("answer");
  running().beforeGet(() => {});
});

/** Runs once, at the first object that is read. */
function whenRead(change: () => void): void {
  running().beforeGet(() => {
    running().beforeGet(() => {});
    change();
  });
}

describe("what changes between the listing and the reading of it", () => {
  test("is read as a whole after it: never a new file beside an old list", async () => {
    running().put("uploads", "replaced/1_a.sql", "SELECT 'old';");
    whenRead(() => {
      running().put("uploads", "replaced/1_a.sql", "SELECT 'new';");
      running().put("uploads", "replaced/2_b.sql", "SELECT 'new';");
    });
    const migrations = await folders.open("replaced").load();
    expect(migrations.map(({ name, up }) => [name, "statements" in up && up.statements[0]?.sql])).toEqual([
      ["1_a", "SELECT 'new'"],
      ["2_b", "SELECT 'new'"],
    ]);
  });

  test("is listed again when a file is gone", async () => {
    running().put("uploads", "removed/1_a.sql", "SELECT 1;");
    running().put("uploads", "removed/2_b.sql", "SELECT 1;");
    whenRead(() => running().delete("uploads", "removed/2_b.sql"));
    expect(await namesIn("removed")).toEqual(["1_a"]);
  });

  test("may be uploaded once more as it was", async () => {
    running().put("uploads", "again/1_a.sql", "SELECT 1;");
    const before = running().calls.length;
    whenRead(() => running().put("uploads", "again/1_a.sql", "SELECT 1;"));
    expect(await namesIn("again")).toEqual(["1_a"]);
    expect(running().calls.slice(before)).toEqual(["LIST uploads/again/", "GET uploads/again/1_a.sql"]);
  });

  test("is an upload that is not complete when it goes on changing", async () => {
    let count = 0;
    running().put("uploads", "busy/1_a.sql", "SELECT 0;");
    running().beforeGet((key) => {
      count += 1;
      running().put("uploads", key, `SELECT ${count};`);
    });
    const message = "s3://uploads/busy changes while it is read.";
    expect(await refusalOf(folders, "busy")).toMatchObject({ code: "UPLOAD_INCOMPLETE", message });
    expect(count).toBe(3);
  });
});

describe("what is too large", () => {
  const MIB = 1024 * 1024;

  test("is refused before anything is read: a file", async () => {
    running().put("uploads", "large/1_a.sql", "SELECT 1;");
    running().put("uploads", "large/2_b.sql", Buffer.alloc(16 * MIB + 1, " "));
    const before = running().calls.length;
    const error = await refusalOf(folders, "large");
    expect(error).toMatchObject({ code: "INVALID_MIGRATIONS", problems: [{ file: "2_b.sql" }] });
    expect(error.message).toContain("2_b.sql: is larger than 16 MiB");
    expect(running().calls.slice(before)).toEqual(["LIST uploads/large/"]);
  });

  test("is refused: a set", async () => {
    for (const n of [1, 2, 3, 4, 5]) running().put("uploads", `set/${n}.sql`, Buffer.alloc(13 * MIB, " "));
    expect((await refusalOf(folders, "set")).message).toContain("s3://uploads/set: is larger than 64 MiB in all");
  });

  test("is refused: more files than that", async () => {
    for (let n = 1; n <= 10_001; n++) running().put("uploads", `many/${n}.sql`, "SELECT 1;");
    expect((await refusalOf(folders, "many")).message).toContain("s3://uploads/many: has more than 10000 files");
  });
});

describe("trouble", () => {
  test("that is a refusal names the bucket and the rights", async () => {
    running().behave("deny");
    const error = await refusalOf(folders, "shop");
    expect(error).toMatchObject({
      code: "INVALID_SETTINGS",
      message: "The bucket may not be listed, or its objects not be read: s3://uploads/shop",
      advice: expect.stringContaining("s3:ListBucket"),
    });
  });

  test.each([
    ["fail", "S3 is in trouble (InternalError)"],
    ["slow down", "S3 is in trouble (SlowDown)"],
    ["proxy", "Something that is not S3 answers in its place"],
  ] as const)("of the kind %s is said by its name", async (behaviour, message) => {
    running().behave(behaviour);
    expect(await refusalOf(folders, "shop")).toMatchObject({ code: "UNREACHABLE", message });
  });

  test("of nobody who answers is a missing route", async () => {
    process.env.AWS_ENDPOINT_URL_S3 = "http://127.0.0.1:9";
    const error = await refusalOf(folders, "shop");
    process.env.AWS_ENDPOINT_URL_S3 = running().url;
    expect(error).toMatchObject({
      code: "UNREACHABLE",
      message: expect.stringContaining("S3 does not answer"),
      advice: expect.stringContaining("gateway endpoint"),
    });
  });

  test.each(["no url", "//127.0.0.1:9", "127.0.0.1:9"])("of the endpoint %j is a setting's", async (url) => {
    process.env.AWS_ENDPOINT_URL_S3 = url;
    const error = await refusalOf(folders, "shop");
    process.env.AWS_ENDPOINT_URL_S3 = running().url;
    expect(error).toMatchObject({
      code: "INVALID_SETTINGS",
      message: expect.stringContaining("is no URL"),
      advice: expect.stringContaining("AWS_ENDPOINT_URL_S3"),
    });
  });

  test.each([
    ["hang", "load"],
    ["hang", "holds"],
    ["hang", "databases"],
    ["stall", "load"],
  ] as const)(
    "of the kind %s is waited for by %s no longer than the caller waits",
    async (behaviour, what) => {
      running().put("uploads", "late/1_a.sql", "SELECT 1;");
      running().behave(behaviour);
      // Without the signal it would be seconds.
      const signal = abortAfter(300);
      const asked = {
        load: () => createS3Folders(LOCATED).open("late").load(signal),
        holds: () => folders.holds("late", signal),
        databases: () => folders.databases(signal),
      };
      await expect(asked[what]()).rejects.toMatchObject({
        code: "UNREACHABLE",
        message: expect.stringContaining("The time was up before S3 had answered"),
      });
    },
    5_000,
  );

  test("of an object that stops arriving is not waited for without end", async () => {
    running().put("uploads", "stalled/1_a.sql", "SELECT 1;");
    running().behave("stall");
    const message = "stalled/1_a.sql arrived in part, or damaged (TimeoutError)";
    expect(await refusalOf(folders, "stalled")).toMatchObject({ code: "UNREACHABLE", message });
  }, 30_000);

  test("on the way is noticed by the object's checksum", async () => {
    running().put("uploads", "damaged/1_a.sql", "SELECT 1;");
    running().behave("damage");
    const message = "damaged/1_a.sql arrived in part, or damaged (Error)";
    expect(await refusalOf(folders, "damaged")).toMatchObject({ code: "UNREACHABLE", message });
  });
});
