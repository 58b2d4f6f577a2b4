import { patient, until } from "../support/blocked";
import { createTestDatabase } from "../support/database";
import { sql as parse, run } from "../support/migrator";
import { SERVERS } from "../support/servers";
import { openSession } from "../support/session";

/** Works for a while, and how far it has come is known to the server. */
const LONG = {
  mysql: {
    grants: ["ALL PRIVILEGES", "SELECT ON performance_schema.*"],
    // MariaDB tells it to everybody; MySQL where it is switched on, and to who may read it.
    prepare: "UPDATE performance_schema.setup_consumers SET ENABLED = 'YES' WHERE NAME = 'events_stages_current'",
    fill: `INSERT INTO big WITH RECURSIVE s AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM s WHERE n < 1000) SELECT a.n FROM s a, s b`,
    work: "ALTER TABLE big ADD COLUMN m INT, ALGORITHM=COPY",
    progress: /^(?:stage \d of \d|copy to tmp table), \d+ %$/,
  },
  postgres: {
    grants: undefined,
    prepare: "SELECT 0",
    fill: "INSERT INTO big (n) VALUES (1)",
    work: "CREATE INDEX CONCURRENTLY i ON big (n)",
    progress: /^waiting for/,
  },
};

describe.each(SERVERS)("$server", ({ server, dialect }) => {
  const { grants, prepare, fill, work, progress } = LONG[dialect];

  test("how far a statement has come is told by status, to who joins and to who waits", async () => {
    const { url, query } = await createTestDatabase({ server, ...(grants && { grants }) });
    await query(prepare);
    const session = await openSession(url);
    await session.query("CREATE TABLE big (n INT)");
    await session.query("START TRANSACTION");
    await session.query(fill);
    if (dialect === "mysql") await session.query("COMMIT");
    const target = { url, database: patient(url), migrations: [parse("1_a", `${work};`, dialect)] };
    const first = run(target, "migrate");
    const status = () => run(target, "status");
    await until(async () => (await status()).inProgress?.progress);
    const answers = await Promise.all([
      status(),
      run(target, "migrate", { call: { whenRunning: "answer" } }),
      run(target, "rollback", { call: { patienceMs: 200 } }),
    ]);
    for (const { inProgress } of answers) expect(inProgress?.progress).toMatch(progress);
    await session.query("COMMIT");
    expect(await first).toMatchObject({ outcome: "done" });
    expect((await status()).inProgress).toBeUndefined();
  });
});
