import { createTestDatabase, type TestDatabase } from "../support/database";
import { type Deployment, deploy, type HttpAnswer, packageMigrations } from "../support/deployment";
import { RUNTIME_BUILD_MS } from "../support/lambda-runtime";

/** Nobody waits longer for an answer over HTTP. */
const API_GATEWAY_MS = 29_000;
const COUNT = "CREATE TABLE IF NOT EXISTS tally (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(20));";

const eight = Object.fromEntries(
  [1, 2, 3, 4, 5, 6, 7, 8].map((n) => [
    `0${n}_five-seconds.sql`,
    `${COUNT}\nDO SLEEP(5);\nINSERT INTO tally (name) VALUES ('0${n}');\n`,
  ]),
);
/** In one statement. A single SLEEP of more than five seconds would end as soon as its client is gone, unlike any work. */
const one = {
  "01_forty-seconds.sql": `${COUNT}
INSERT INTO tally (name) SELECT IF(SUM(SLEEP(1)) = 0, '01', 'cut short') FROM (
 WITH RECURSIVE second AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM second WHERE n < 40) SELECT n FROM second) AS seconds;
`,
};

interface Scene {
  readonly database: TestDatabase;
  readonly deployment: Deployment;
  readonly answers: Readonly<Record<string, HttpAnswer>>;
  /** Milliseconds from the first call to the last answer. */
  readonly elapsedMs: number;
}

let many: Scene;
let single: Scene;

/** Both take their forty seconds at the same time, each with a database and a host of its own. */
beforeAll(async () => {
  const [services, databases] = [
    [await packageMigrations(eight), await packageMigrations(one)] as const,
    [await createTestDatabase(), await createTestDatabase()] as const,
  ];
  const deployments = [
    await deploy(services[0], { DATABASE_URL: databases[0].url }),
    await deploy(services[1], { DATABASE_URL: databases[1].url }),
  ] as const;
  [many, single] = await Promise.all([
    play(databases[0], deployments[0], async (get) => {
      const [first, second] = await Promise.all([get(), get()]);
      const [joined, ran] = [first, second].toSorted((a, b) => a.elapsedMs - b.elapsedMs);
      return { ran: ran ?? first, joined: joined ?? second, third: await get() };
    }),
    play(databases[1], deployments[1], async (get) => ({ first: await get(), second: await get() })),
  ]);
}, RUNTIME_BUILD_MS);

afterAll(() => Promise.all([many, single].map((scene) => scene?.deployment.stop())));

async function play(
  database: TestDatabase,
  deployment: Deployment,
  story: (get: () => Promise<HttpAnswer>) => Promise<Readonly<Record<string, HttpAnswer>>>,
): Promise<Scene> {
  const began = performance.now();
  const answers = await story(() => deployment.http("GET /migrate"));
  return { database, deployment, answers, elapsedMs: performance.now() - began };
}

const tally = async ({ database }: Scene) =>
  (await database.query<{ readonly name: string }>("SELECT name FROM tally ORDER BY id")).map(({ name }) => name);

describe("eight migrations of five seconds", () => {
  test("the call that runs them is answered 202 in time, with what is done and what is not", () => {
    const { ran } = many.answers;
    expect(ran?.status).toBe(202);
    expect(ran?.elapsedMs).toBeLessThan(API_GATEWAY_MS);
    expect(ran?.headers["Retry-After"]).toMatch(/^\d+$/);
    expect(ran?.body.done?.length).toBeGreaterThanOrEqual(3);
    expect((ran?.body.done?.length ?? 0) + (ran?.body.remaining?.length ?? 0)).toBe(8);
  });

  test("the call made at the same time joins it, and is answered 202 at once with its run id", () => {
    const { ran, joined } = many.answers;
    expect([joined?.status, joined?.body.outcome, joined?.body.runId]).toEqual([202, "running", ran?.body.runId]);
    expect(joined?.elapsedMs).toBeLessThan(10_000);
  });

  test("the third call is answered 200, in time, when all are done", () => {
    const { third } = many.answers;
    expect([third?.status, third?.body.outcome, third?.body.remaining]).toEqual([200, "done", []]);
    expect(third?.elapsedMs).toBeLessThan(API_GATEWAY_MS);
  });

  test("each ran once, one after the other", async () => {
    expect(await tally(many)).toEqual(["01", "02", "03", "04", "05", "06", "07", "08"]);
    expect(await many.database.query("SELECT COUNT(*) AS n FROM migration")).toEqual([{ n: 8 }]);
    expect(many.elapsedMs).toBeGreaterThan(40_000);
  });
});

describe("one statement of forty seconds", () => {
  test("the first call is answered 202 in time, while the server goes on", () => {
    const { first } = single.answers;
    expect([first?.status, first?.body.outcome]).toEqual([202, "running"]);
    expect(first?.elapsedMs).toBeLessThan(API_GATEWAY_MS);
  });

  test("the second call waits for its end, and is answered 200 in time", () => {
    const { second } = single.answers;
    expect([second?.status, second?.body.outcome]).toEqual([200, "done"]);
    expect(second?.body.done).toMatchObject([{ name: "01_forty-seconds", recovered: true }]);
    expect(single.elapsedMs).toBeGreaterThan(40_000);
    expect(second?.elapsedMs).toBeLessThan(API_GATEWAY_MS);
  });

  test("it ran once, and there is nothing left to do", async () => {
    expect(await tally(single)).toEqual(["01"]);
    const { body } = await single.deployment.http("GET /migrate");
    expect([body.outcome, body.message]).toEqual(["done", "Nothing to do."]);
  });
});
