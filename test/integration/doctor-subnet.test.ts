import { connect } from "node:net";
import type { Report } from "../../lib/report";
import { type BundledFunction, bundleFunction } from "../support/bundled-function";
import { createTestDatabase, type TestDatabase } from "../support/database";
import { type FunctionError, type HttpBody, restEvent } from "../support/deployment";
import { findingOf, resultsOf } from "../support/doctor";
import { createLambdaHost, type LambdaHost } from "../support/lambda-host";
import { RUNTIME_BUILD_MS } from "../support/lambda-runtime";
import { type Listening, listen } from "../support/listen";
import { createSubnet, type Subnet, whyNoSubnet } from "../support/subnet";

const why = whyNoSubnet();
if (why !== undefined) {
  console.warn(`SKIPPED: nothing was tested in a subnet without routes, because ${why}.`);
}

/** For documentation, and so nobody's: https://www.rfc-editor.org/rfc/rfc5737. Public ones, as those of AWS are. */
const SERVICES = {
  "secretsmanager.eu-central-1.amazonaws.com": "198.51.100.1",
  "s3.eu-central-1.amazonaws.com": "198.51.100.2",
  "uploads.s3.eu-central-1.amazonaws.com": "198.51.100.2",
};
const SECRET = { DATABASE_SECRET_ID: "rds!cluster-1f0c2ab3", DATABASE_NAME: "shop" };
const S3 = { MIGRATIONS_S3: "s3://uploads/migrations" };
/** A function that hangs is killed after this time, and its test fails. */
const TIMEOUT_SECONDS = 25;
const PORT = 3306;
/** What is sent there vanishes inside the VPC, as at a security group that does not admit the function. */
const SHUT = "database.shut.internal";

(why === undefined ? describe : describe.skip)("in a subnet with a route to the database and none to AWS", () => {
  let subnet: Subnet;
  let database: TestDatabase;
  let forwarder: Listening;
  let host: LambdaHost;
  const bundled: BundledFunction[] = [];

  beforeAll(async () => {
    subnet = createSubnet({ ...SERVICES, [SHUT]: "10.99.0.1" });
    database = await createTestDatabase();
    const { hostname, port, username, password } = new URL(database.url);
    forwarder = await listen((socket) => {
      const server = connect(Number(port), hostname).on("error", () => socket.destroy());
      socket.pipe(server).pipe(socket);
    }, subnet.gateway);
    const [upload, migrate] = await Promise.all([
      bundleFunction("upload", "mysql"),
      bundleFunction("migrate", "mysql"),
    ]);
    bundled.push(upload, migrate);
    const near = { DATABASE_HOST: subnet.gateway, DATABASE_PORT: String(forwarder.port), DATABASE_TLS: "off" };
    const login = `${username}:${password}`;
    const url = `mysql://${login}@${subnet.gateway}:${forwarder.port}/${database.name}`;
    const shut = `mysql://${login}@${SHUT}:${PORT}/${database.name}`;
    const deployed = (code: BundledFunction, environment: Readonly<Record<string, string>>) => ({
      ...code,
      environment,
      subnet,
      timeoutSeconds: TIMEOUT_SECONDS,
      memoryMb: 512,
    });
    host = await createLambdaHost({
      functions: {
        secret: deployed(upload, { ...S3, ...SECRET, ...near }),
        "secret-migrate": deployed(migrate, { ...SECRET, ...near }),
        bucket: deployed(upload, { ...S3, DATABASE_URL: url, DATABASE_TLS: "off" }),
        "bucket-migrate": deployed(upload, { ...S3, DATABASE_URL: url, DATABASE_TLS: "off" }),
        "shut-off": deployed(upload, { ...S3, DATABASE_URL: shut }),
        "shut-off-migrate": deployed(migrate, { DATABASE_URL: shut, HTTP_PATIENCE_SECONDS: "8" }),
      },
    });
  }, RUNTIME_BUILD_MS);

  afterAll(async () => {
    await host?.stop();
    await forwarder?.stop();
    subnet?.remove();
    await Promise.all(bundled.map((each) => each.remove()));
  });

  /** The Report is the last line of a failed invocation. */
  const diagnosis = async (name: string): Promise<Report> => {
    const { payload } = await host.invoke<FunctionError>(name, { action: "doctor" });
    expect(payload.errorType).toBe("MigrationRefused");
    return JSON.parse(payload.errorMessage.split("\n").at(-1) ?? "");
  };

  test.concurrent("the doctor names the endpoint that Secrets Manager needs, and finds the database in order", async () => {
    const report = await diagnosis("secret");
    expect(resultsOf(report)).toEqual({ "secrets-manager": "failed", s3: "failed", dns: "ok", tcp: "ok", tls: "ok" });
    expect(findingOf(report, "secrets-manager")).toMatchObject({
      message: "There is no route to Secrets Manager from this subnet: TCP to its port 443 gets no answer.",
      advice: expect.stringContaining("an interface endpoint"),
    });
    expect(findingOf(report, "authentication").message).toBe("It depends on secrets-manager, which failed.");
  });

  test.concurrent("a run that cannot read its secret says the same", async () => {
    const { payload } = await host.invoke<FunctionError>("secret-migrate", {});
    expect(payload.errorType).toBe("UNREACHABLE");
    expect(payload.errorMessage).toMatch(
      /^Secrets Manager does not answer .*\nThere is no route to Secrets Manager from this subnet.*an interface endpoint/,
    );
    expect(host.logs("secret-migrate")).not.toContain(SECRET.DATABASE_SECRET_ID);
  });

  test.concurrent("the doctor names the endpoint that S3 needs, and passes everything else", async () => {
    const report = await diagnosis("bucket");
    expect(report.problems).toHaveLength(1);
    expect(findingOf(report, "s3")).toMatchObject({
      result: "failed",
      message: "There is no route to S3 from this subnet: TCP to its port 443 gets no answer.",
      advice: expect.stringContaining("a gateway endpoint"),
    });
    expect(findingOf(report, "pooler").result).toBe("ok");
  });

  test.concurrent("a run that cannot read its migrations from S3 says the same", async () => {
    const { payload } = await host.invoke<FunctionError>("bucket-migrate", { action: "migrate" });
    expect(payload.errorType).toBe("UNREACHABLE");
    expect(payload.errorMessage).toMatch(/\nThere is no route to S3 from this subnet.*a gateway endpoint/);
  });

  test.concurrent("the doctor finds the security group that does not let it in, beside a missing endpoint", async () => {
    const report = await diagnosis("shut-off");
    expect(resultsOf(report)).toEqual({ s3: "failed", dns: "ok", tcp: "failed" });
    expect(findingOf(report, "tcp")).toMatchObject({
      message: `TCP to the database's port ${PORT} gets no answer.`,
      advice: expect.stringMatching(/^Let the database's security group admit this function's/),
    });
    expect(JSON.stringify(report) + host.logs("shut-off")).not.toContain(SHUT);
  });

  test.concurrent("over HTTP a run says so within its caller's patience", async () => {
    type Response = { readonly statusCode: number; readonly body: string };
    const { payload } = await host.invoke<Response>("shut-off-migrate", restEvent("GET /migrate"));
    expect(payload.statusCode).toBe(503);
    const body: HttpBody = JSON.parse(payload.body);
    expect(body).toMatchObject({
      code: "UNREACHABLE",
      advice: expect.stringMatching(
        /^TCP to the database's port 3306 gets no answer\. Let the database's security group/,
      ),
      problems: [{ code: "CHECK_FAILED", message: "TCP to the database's port 3306 gets no answer." }],
    });
    expect(payload.body + host.logs("shut-off-migrate")).not.toContain(SHUT);
  });
});
