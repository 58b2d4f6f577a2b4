// What a container of Lambda does with a bundled function: node call.cjs FUNCTION.js PAYLOAD TIMES
// Fails unless every call ends with `done`. The process ends as a container does, with what is open left open.
import { randomUUID } from "node:crypto";
import { tellCall } from "./tell";

/** As long as a Lambda may. */
const PATIENCE_MS = 900_000;

const [path = "", payload = "{}", times = "1"] = process.argv.slice(2);

async function call(): Promise<void> {
  const { handler } = require(path);
  const begun = performance.now();
  for (let left = Number(times); left > 0; left--) {
    const context = { awsRequestId: randomUUID(), getRemainingTimeInMillis: () => PATIENCE_MS };
    const { outcome } = await handler(JSON.parse(payload), context);
    if (outcome !== "done") throw new Error(`The call failed: its outcome is ${outcome}`);
  }
  tellCall(begun);
}

call().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(String(error));
    process.exit(1);
  },
);
