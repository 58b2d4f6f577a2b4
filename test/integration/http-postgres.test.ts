import { createTestDatabase, type TestDatabase } from "../support/database";
import type { HttpBody } from "../support/deployment";
import { type Offline, serveOffline } from "../support/offline";

const START_MS = 120_000;
const OURS = ["00_create-user-table", "01_create-role-table", "02_create-session-table"];

let database: TestDatabase;
let offline: Offline;

beforeAll(async () => {
  database = await createTestDatabase({ server: "postgres18" });
  offline = await serveOffline({ DATABASE_URL: database.url });
}, START_MS);

afterAll(() => offline?.stop());

async function send(line: string, body?: string) {
  const { status, text } = await offline.send(line, body);
  return { status, names: (JSON.parse(text) as HttpBody).done?.map(({ name }) => name) };
}

const columns = () =>
  database.query(
    `SELECT table_name, column_name, data_type FROM information_schema.columns
     WHERE table_schema = 'public' AND table_name NOT LIKE 'migration%' ORDER BY 1, 2`,
  );

test("a URL of PostgreSQL is enough for the sample migrations to go up, down and up again", async () => {
  expect(await send("GET /migrate")).toEqual({ status: 200, names: OURS });
  const made = await columns();
  expect(made).toContainEqual({ table_name: "users", column_name: "role_id", data_type: "integer" });

  expect(await send("POST /rollback", '{"steps":3}')).toEqual({ status: 200, names: OURS.toReversed() });
  expect(await columns()).toEqual([]);

  expect(await send("POST /migrate")).toEqual({ status: 200, names: OURS });
  expect(await columns()).toEqual(made);
});
