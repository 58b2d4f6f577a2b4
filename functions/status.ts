import { bundle } from "migration-lambda:bundle";
import { assembleBundle } from "../lib/assemble";
import { doctor } from "../lib/assemble-doctor";
import { httpTrigger } from "../lib/trigger/http";
import { invokeTrigger } from "../lib/trigger/invoke";
import { createHandler } from "../lib/trigger/trigger";

export const handler = createHandler(assembleBundle(bundle, { makeDoctor: doctor, connection: "kept" }), [
  httpTrigger({ "GET /status": "status", "GET /plan": "plan", "GET /doctor": "doctor" }),
  invokeTrigger("status", "plan", "doctor"),
]);
