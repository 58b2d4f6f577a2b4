import { createTestDatabase, type TestDatabase } from "../support/database";
import type { HttpBody } from "../support/deployment";
import { type Offline, serveOffline } from "../support/offline";

const START_MS = 120_000;
const OURS = ["00_create-user-table", "01_create-role-table", "02_create-session-table"];

let database: TestDatabase;
let offline: Offline;
const answers: string[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  offline = await serveOffline({ DATABASE_URL: database.url });
}, START_MS);

afterAll(() => offline?.stop());

async function send(line: string, body?: string) {
  const { status, headers, text } = await offline.send(line, body);
  answers.push(text);
  return { status, headers, body: JSON.parse(text) as HttpBody };
}

const done = ({ body }: { readonly body: HttpBody }) => body.done?.map(({ name }) => name);

async function applied(): Promise<readonly string[]> {
  const rows = await database.query<{ readonly name: string }>("SELECT name FROM migration ORDER BY id");
  return rows.map(({ name }) => name);
}

describe("the routes", () => {
  test("GET /status tells what is pending", async () => {
    const { status, headers, body } = await send("GET /status");
    expect([status, body.remaining, body.applied]).toEqual([200, OURS, []]);
    expect(headers).toMatchObject({ "cache-control": "no-store" });
    expect(headers["content-type"]).toMatch(/^application\/json/);
  });

  test("GET /migrate applies what is pending, and then has nothing to do", async () => {
    const answer = await send("GET /migrate");
    expect([answer.status, done(answer)]).toEqual([200, OURS]);
    const again = await send("GET /migrate");
    expect([again.status, done(again), again.body.message]).toEqual([200, [], "Nothing to do."]);
    expect(await applied()).toEqual(OURS);
  });

  test('POST /rollback {"steps":2} reverts the two that were applied last', async () => {
    const answer = await send("POST /rollback", '{"steps":2}');
    expect([answer.status, done(answer)]).toEqual([200, [OURS[2], OURS[1]]]);
    expect(await applied()).toEqual(OURS.slice(0, 1));
  });

  test("POST /migrate applies what is pending", async () => {
    const answer = await send("POST /migrate");
    expect([answer.status, done(answer)]).toEqual([200, OURS.slice(1)]);
  });

  test('POST /rollback {"step":1} and POST /rollback alone revert one each', async () => {
    expect(done(await send("POST /rollback", '{"step":1}'))).toEqual([OURS[2]]);
    expect(done(await send("POST /rollback"))).toEqual([OURS[1]]);
    expect(await applied()).toEqual(OURS.slice(0, 1));
  });

  test("GET /migrate takes its parameters from the query", async () => {
    const dry = await send("GET /migrate?dryRun=true");
    expect([dry.status, dry.body.remaining, done(dry)]).toEqual([200, OURS.slice(1), []]);
    expect(done(await send("GET /migrate?steps=1"))).toEqual([OURS[1]]);
    expect(done(await send(`GET /migrate?to=${OURS[2]}`))).toEqual([OURS[2]]);
  });

  test.each(["GET /nothing", "GET /", "GET /migrate/x", "GET /../etc/passwd", "DELETE /migrate", "GET /rollback"])(
    "there is nothing at %s",
    async (line) => {
      expect((await send(line)).status).toBe(404);
    },
  );
});

describe("what means no command is a problem of status 400, and changes nothing:", () => {
  test.each([
    ["malformed JSON", "POST /rollback", "{steps:2}", "The body is not valid JSON."],
    ["an array", "POST /rollback", "[2]", "The command must be a JSON object."],
    ["a number", "POST /rollback", "2", "The command must be a JSON object."],
    ["steps 0", "POST /rollback", '{"steps":0}', "`steps` must be at least 1."],
    ["steps -1", "POST /rollback", '{"steps":-1}', "`steps` must be at least 1."],
    ["steps 1.5", "POST /rollback", '{"steps":1.5}', "`steps` must be a whole number."],
    ['steps "2"', "POST /rollback", '{"steps":"2"}', "`steps` must be a number."],
    ["steps 1e9", "POST /rollback", '{"steps":1e9}', "`steps` must be at most 10000."],
    ["both steps and step", "POST /rollback", '{"steps":1,"step":1}', "Give `steps` or `step`, not both."],
    ["an unknown key", "POST /rollback", '{"stpes":1}', 'Unknown key "stpes".'],
    ["a key of another command", "GET /status?steps=1", undefined, 'Unknown key "steps".'],
    ["a query that is no number", "GET /migrate?steps=two", undefined, "`steps` must be a number."],
    ["a query at a POST", "POST /rollback?steps=2", undefined, "A POST takes its parameters in a JSON body"],
    ["a target that is no text", "POST /migrate", '{"to":1}', "`to` must be the name of a migration."],
    ["a run id with a quote", "POST /migrate", '{"runId":"a\'b"}', "`runId` must be 1 to 128"],
  ])("%s", async (_, line, body, detail) => {
    const before = await applied();
    const answer = await send(line, body);
    expect(answer.status).toBe(400);
    expect(answer.headers).toMatchObject({ "cache-control": "no-store" });
    expect(answer.headers["content-type"]).toMatch(/^application\/problem\+json/);
    expect(answer.body).toMatchObject({ title: "Bad Request", status: 400, code: "INVALID_COMMAND" });
    expect(answer.body.detail?.startsWith(detail)).toBe(true);
    expect(await applied()).toEqual(before);
  });
});

test("a body of 6 MB is refused with 413", async () => {
  const { status, body } = await send("POST /migrate", `{"to":"${"x".repeat(6_000_000)}"}`);
  expect([status, body.code]).toEqual([413, "INVALID_COMMAND"]);
});

test.each([
  "no-such",
  "a'; DROP TABLE users; -- ",
  '"quoted" and spaced',
  "名前 ünïcode 🙈",
  "../../etc/passwd",
  "%00",
])("the unknown target %j is refused by name, in a body and in a query", async (to) => {
  const expected = [409, "UNKNOWN_TARGET", expect.stringContaining(JSON.stringify(to))];
  const posted = await send("POST /migrate", JSON.stringify({ to }));
  expect([posted.status, posted.body.code, posted.body.detail]).toEqual(expected);
  const got = await send(`GET /migrate?to=${encodeURIComponent(to)}`);
  expect([got.status, got.body.code, got.body.detail]).toEqual(expected);
});

test("no answer and no line of the log tells the database's password or address", () => {
  const { password, hostname } = new URL(database.url);
  for (const secret of [password, hostname]) {
    expect(answers.join("\n")).not.toContain(secret);
    expect(offline.output()).not.toContain(secret);
  }
});
