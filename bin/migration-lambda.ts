#!/usr/bin/env node
import { main } from "./main";

// What the SDK will need one day is for its installers to know, and no part of any answer.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";

// Whoever reads it may have enough: `… | head`.
process.stdout.on("error", ({ code }: NodeJS.ErrnoException) => process.exit(code === "EPIPE" ? undefined : 1));

void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
