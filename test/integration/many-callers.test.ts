import { createTestDatabase } from "../support/database";
import { deploy, type FunctionName, packageMigrations } from "../support/deployment";
import { RUNTIME_BUILD_MS } from "../support/lambda-runtime";
import { sql as parse, run } from "../support/migrator";
import { SERVERS, type Server } from "../support/servers";

const CALLERS = 50;
/** Of the database user: far fewer than callers. */
const CONNECTIONS = 12;

/** Each row tells that the migration took effect once more. */
const FILES = {
  "01_first.sql": "CREATE TABLE tally (name VARCHAR(20));\nINSERT INTO tally VALUES ('01');\n",
  "02_second.sql": "INSERT INTO tally VALUES ('02');\n",
  "03_third.sql": "ALTER TABLE tally ADD COLUMN n INT;\nINSERT INTO tally (name) VALUES ('03');\n",
};

const limit = ({ dialect }: Server, user: string) =>
  dialect === "mysql"
    ? `ALTER USER '${user}'@'%' WITH MAX_USER_CONNECTIONS ${CONNECTIONS}`
    : `ALTER ROLE ${user} CONNECTION LIMIT ${CONNECTIONS}`;

describe.each(SERVERS)("on $dialect", (server) => {
  const { dialect, sleep: sleeping } = server;
  const limited = async () => {
    const database = await createTestDatabase({ server: server.server });
    await database.query(limit(server, new URL(database.url).username));
    return database;
  };

  test(
    "fifty calls at once, over HTTP and directly, each in a process of its own: all are answered, and each migration runs once",
    async () => {
      const service = await packageMigrations(
        { ...FILES, "02_second.sql": `${sleeping(1)};\n${FILES["02_second.sql"]}` },
        dialect,
      );
      const database = await createTestDatabase({ server: server.server });
      const deployment = await deploy(service, { DATABASE_URL: database.url });
      try {
        const ways = {
          http: async () => (await deployment.http("GET /migrate")).status,
          invoke: async (name: FunctionName) => (await deployment.invoke(name)).functionError ?? "answered",
        };
        const answers = await Promise.all(
          Array.from({ length: CALLERS }, (_, n) => (n % 2 === 0 ? ways.http() : ways.invoke("migrate"))),
        );
        expect(answers.filter((answer) => ![200, 202, "answered"].includes(answer))).toEqual([]);
        expect(answers).toHaveLength(CALLERS);
        expect((await deployment.invoke("migrate")).payload).toMatchObject({
          outcome: "done",
          message: "Nothing to do.",
        });
        expect(await database.query("SELECT name FROM tally")).toEqual([
          { name: "01" },
          { name: "02" },
          { name: "03" },
        ]);
        expect(await database.query("SELECT outcome FROM migration_run")).toEqual([{ outcome: "done" }]);
      } finally {
        await deployment.stop();
      }
    },
    RUNTIME_BUILD_MS,
  );

  test("more callers than the database has connections wait for one", async () => {
    const { url, query } = await limited();
    const migrations = Object.entries(FILES).map(([name, text]) => parse(name.replace(".sql", ""), text, dialect));
    const reports = await Promise.all(Array.from({ length: CALLERS }, () => run({ url, migrations }, "migrate")));
    expect(new Set(reports.map(({ outcome }) => outcome))).toEqual(new Set(["done"]));
    expect(await query("SELECT name FROM tally")).toHaveLength(3);
  });

  test("a request that is sent again, and again, has the answer of the first", async () => {
    const { url, query } = await createTestDatabase({ server: server.server });
    const files = { ...FILES, "02_second.sql": "INSERT INTO nowhere VALUES (1);" };
    const migrations = Object.entries(files).map(([name, text]) => parse(name.replace(".sql", ""), text, dialect));
    const again = () => run({ url, migrations }, "migrate", { call: { requestId: "c6af9ac6" } });
    const first = await again();
    expect(first).toMatchObject({ outcome: "failed", done: [{ name: "01_first" }] });
    expect([await again(), await again()]).toEqual([first, first]);
    expect(await query("SELECT outcome FROM migration_run")).toEqual([{ outcome: "failed" }]);
  });
});
