import { createTestDatabase, type TestDatabase } from "../support/database";
import { type Deployment, deploy, restEvent } from "../support/deployment";
import { RUNTIME_BUILD_MS } from "../support/lambda-runtime";
import { type PackagedService, packageService } from "../support/package-service";

const OURS = ["00_create-user-table", "01_create-role-table", "02_create-session-table"];

let service: PackagedService;
let database: TestDatabase;
let deployment: Deployment;

beforeAll(async () => {
  service = await packageService({ env: { DIALECT: "postgres" } });
  database = await createTestDatabase({ server: "postgres18" });
  deployment = await deploy(service, { DATABASE_URL: database.url });
}, RUNTIME_BUILD_MS);

afterAll(() => deployment.stop());

test("the same functions migrate PostgreSQL, directly and over HTTP", async () => {
  expect((await deployment.invoke("migrate")).payload).toMatchObject({ outcome: "done", message: "3 applied." });
  const rolledBack = await deployment.http("POST /rollback", '{"steps":2}');
  expect(rolledBack).toMatchObject({ status: 200, body: { done: [{ name: OURS[2] }, { name: OURS[1] }] } });
  const status = await deployment.http("GET /status");
  expect(status).toMatchObject({ status: 200, body: { applied: [{ name: OURS[0] }], remaining: OURS.slice(1) } });
});

test("the migrate function adopts and marks a baseline too, in both ways", async () => {
  const past = await createTestDatabase({ server: "postgres18" });
  const other = await deploy(service, { DATABASE_URL: past.url });
  try {
    const adopted = await other.invoke<{ readonly statusCode: number; readonly body: string }>(
      "migrate",
      restEvent("POST /adopt", '{"dryRun":true}'),
    );
    expect(adopted.payload.statusCode).toBe(409);
    expect(JSON.parse(adopted.payload.body)).toMatchObject({ code: "NO_HISTORY" });
    const marked = await other.invoke("migrate", { action: "baseline", to: OURS[1] });
    expect(marked.payload).toMatchObject({ outcome: "done", adoption: { pending: [OURS[2]] } });
  } finally {
    await other.stop();
  }
});

test("a bundle for PostgreSQL refuses a database of another kind, and does not say where that is", async () => {
  const mysql = await createTestDatabase();
  const wrong = await deploy(service, { DATABASE_URL: mysql.url });
  try {
    const { payload, functionError } = await wrong.invoke<{
      readonly errorType: string;
      readonly errorMessage: string;
    }>("status");
    expect(functionError).toBeTruthy();
    expect(payload).toMatchObject({ errorType: "INVALID_SETTINGS" });
    expect(payload.errorMessage).toMatch(/DATABASE_URL.*MySQL.*PostgreSQL/s);
    expect(wrong.said()).not.toContain(new URL(mysql.url).password);
  } finally {
    await wrong.stop();
  }
});
