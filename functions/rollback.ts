import { bundle } from "migration-lambda:bundle";
import { assembleBundle } from "../lib/assemble";
import { httpTrigger } from "../lib/trigger/http";
import { invokeTrigger } from "../lib/trigger/invoke";
import { createHandler } from "../lib/trigger/trigger";

export const handler = createHandler(assembleBundle(bundle, { connection: "kept" }), [
  httpTrigger({ "POST /rollback": "rollback" }),
  invokeTrigger("rollback"),
]);
