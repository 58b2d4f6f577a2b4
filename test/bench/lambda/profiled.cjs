// node --cpu-prof profiled.cjs BUNDLE PAYLOAD: loads a bundled function and calls it once, as the runtime does.
const { randomUUID } = require("node:crypto");

const [bundle, payload] = process.argv.slice(2);
const context = {
  awsRequestId: randomUUID(),
  invokedFunctionArn: "arn:aws:lambda:eu-central-1:123456789012:function:profiled",
  getRemainingTimeInMillis: () => 60_000,
};

require(bundle)
  .handler(JSON.parse(payload), context)
  .then(
    // The connection that a warm container keeps would keep this process as well. The profile is written on the way out.
    () => process.exit(),
    (error) => {
      console.error(error);
      process.exit(1);
    },
  );
