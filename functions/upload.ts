import { uploads } from "migration-lambda:uploads";
import { doctor } from "../lib/assemble-doctor";
import { invokeTrigger } from "../lib/trigger/invoke";
import { s3Trigger } from "../lib/trigger/s3";
import { createHandler } from "../lib/trigger/trigger";
import { assembleUploads } from "../lib/uploads";

export const handler = createHandler(assembleUploads(uploads, { makeDoctor: doctor, connection: "kept" }), [
  s3Trigger(),
  invokeTrigger("migrate", "status", "doctor", "adopt", "baseline", "cancel", "accept", "settle"),
]);
