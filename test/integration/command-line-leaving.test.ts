import { CTRL_C, commandLine, openTerminal } from "../support/command-line";
import { createInvokeApi, type InvokeRequest } from "../support/lambda-invoke-api";

const REPORT = { runId: "1", outcome: "done", database: "shop", done: [], problems: [], message: "1 to do: 01_one." };

const answer = (body: object) => ({ statusCode: 200, requestId: "1", body: JSON.stringify(body), log: "" });

// A function that can be called, and once it was started no longer says anything.
test("a second Ctrl-C ends the program at once, also where an answer is waited for", async () => {
  let hasStarted = false;
  let looked: () => void = () => undefined;
  const lookedAgain = new Promise<void>((resolve) => {
    looked = resolve;
  });
  const api = await createInvokeApi(async ({ type, payload }: InvokeRequest) => {
    if (type === "Event") hasStarted = true;
    else if (hasStarted) {
      looked();
      return new Promise(() => undefined);
    }
    return answer({ ...REPORT, action: JSON.parse(payload).action, remaining: ["01_one"] });
  });
  const env = { AWS_ENDPOINT_URL_LAMBDA: api.endpoint, AWS_ACCESS_KEY_ID: "local", AWS_SECRET_ACCESS_KEY: "local" };
  const terminal = openTerminal(["migrate", "--function", "shop-dev", "--region", "eu-central-1"], { env });
  try {
    await lookedAgain;
    terminal.type(CTRL_C);
    await terminal.until(/\^C/);
    terminal.type(CTRL_C);
    expect((await terminal.ended).code).toBe(130);
  } finally {
    api.close();
  }
});

test("where nothing listens, nothing was called", async () => {
  const nothing = await createInvokeApi(() => new Promise(() => undefined));
  nothing.close();
  const env = { AWS_ENDPOINT_URL_LAMBDA: nothing.endpoint, AWS_ACCESS_KEY_ID: "local", AWS_SECRET_ACCESS_KEY: "local" };
  const { code, error } = await commandLine(["status", "--function", "shop", "--region", "eu-central-1"], { env });
  expect([code, error]).toEqual([
    6,
    expect.stringContaining("Lambda cannot be reached to call shop-status (ECONNREFUSED)."),
  ]);
});
