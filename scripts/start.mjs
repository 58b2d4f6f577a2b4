// `npm start`: serves the functions on PORT with a real database, on a fresh clone too, until Ctrl-C.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { chooseDatabase } from "./local/database.mjs";
import { startOffline } from "./local/offline.mjs";
import { freePort, whyNotFree } from "./local/ports.mjs";
import { Advice, main, say, step } from "./local/progress.mjs";
import { root, setUp } from "./setup.mjs";

const LAMBDA_PORT = 3002; // where AWS tools expect serverless-offline
const POLL_MS = 500;
const running = [];

await main(async () => {
  const asked = askedToStop();
  try {
    return await Promise.race([asked, serve()]);
  } finally {
    for (const part of running.reverse()) await part.stop();
  }
});
// A step of the set-up may still be under way; none is left behind, as each ends with this process.
process.exit();

async function serve() {
  if (existsSync(join(root, ".env"))) process.loadEnvFile(join(root, ".env")); // the real environment wins
  const port = await portToServe(process.env.PORT || "3000");
  await setUp();
  const database = await chooseDatabase({ root, settings: process.env });
  running.push(database);
  say(`  Database: ${database.title}`);
  const lambdaPort = (await whyNotFree(LAMBDA_PORT)) || port === LAMBDA_PORT ? await freePort() : LAMBDA_PORT;
  const offline = await step("Starting serverless-offline", () =>
    startOffline({ root, port, lambdaPort, env: database.env }),
  );
  running.push(offline);
  explain(port, lambdaPort);
  await Promise.race([
    offline.exited.then(() => fail("serverless-offline ended by itself.")),
    database.exited.then(() => fail("The database ended by itself.")),
  ]);
}

function fail(message) {
  throw new Advice(message);
}

async function portToServe(text) {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535)
    throw new Advice(`PORT must be a number from 1 to 65535, not "${text}".`);
  const reason = await whyNotFree(port);
  if (!reason) return port;
  throw new Advice(
    reason === "EACCES"
      ? `Port ${port} may not be opened by this user. Choose one above 1023: PORT=3000 npm start`
      : `Port ${port} is taken by another program. Stop that, or choose another: PORT=${port + 1} npm start`,
  );
}

function explain(port, lambdaPort) {
  say(`
Ready. Stop with Ctrl-C.

  migrate     curl localhost:${port}/migrate
  roll back   curl -X POST localhost:${port}/rollback -d '{"steps":1}'
  status      curl localhost:${port}/status

Without HTTP, as on AWS (the keys are not checked here, but must be there):

  export AWS_ENDPOINT_URL_LAMBDA=http://localhost:${lambdaPort} AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local
  npx sls invoke -f migrate
`);
}

/** Resolves with the exit code when somebody wants us to stop; that is no failure. A second time it will not wait. */
function askedToStop() {
  return new Promise((resolve) => {
    whenNpmIsGone(() => resolve(0));
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) {
      process.once(name, () => {
        say("\nStopping …");
        resolve(0);
        process.on(name, () => process.exit(130));
      });
    }
  });
}

// npm hands a signal to the shell between us, which ends and says nothing. Then we have another parent.
function whenNpmIsGone(stop) {
  if (!process.env.npm_lifecycle_event) return; // started by hand: may well outlive the shell
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && stop(), POLL_MS).unref();
}
