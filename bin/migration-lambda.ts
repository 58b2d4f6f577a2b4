#!/usr/bin/env node
import { main } from "./main";

// What the SDK will need one day is for its installers to know, and no part of any answer.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";

void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
