import { httpTrigger } from "../../lib/trigger/http";
import type { HttpResponse } from "../../lib/trigger/http-answer";
import { restEvent } from "../support/deployment";
import { play, REQUEST_ID, reportOf } from "./trigger";

const trigger = httpTrigger({
  "POST /adopt": "adopt",
  "POST /baseline": "baseline",
  "POST /cancel": "cancel",
  "POST /accept": "accept",
  "POST /settle": "settle",
});

async function request(line: string, body: string) {
  const { answer, asked, runIds } = await play(trigger, restEvent(line, body), { script: reportOf("done") });
  const { statusCode, body: text } = answer as HttpResponse;
  return { status: statusCode, detail: JSON.parse(text).detail, command: asked[0]?.command, runIds };
}

test.each([
  ["POST /adopt", "{}", { action: "adopt" }],
  [
    "POST /adopt",
    '{"from":"knex","table":"audit.changes","unmatched":"leave","dryRun":true}',
    { action: "adopt", from: "knex", table: "audit.changes", unmatched: "leave", dryRun: true },
  ],
  ["POST /baseline", '{"to":"01_first"}', { action: "baseline", to: "01_first" }],
  ["POST /cancel", "{}", { action: "cancel" }],
  ["POST /cancel", '{"runId":"run-1"}', { action: "cancel", runId: "run-1" }],
  [
    "POST /accept",
    '{"migration":"01_first","reason":" A comma. ","runId":"run-1"}',
    { action: "accept", migration: "01_first", reason: "A comma.", runId: "run-1" },
  ],
  [
    "POST /settle",
    '{"migration":"01_first","statement":2,"as":"not applied","reason":"I looked."}',
    { action: "settle", migration: "01_first", statement: 2, as: "not applied", reason: "I looked." },
  ],
])("%s gives the command its parameters: %s", async (line, body, command) => {
  expect((await request(line, body)).command).toEqual(command);
});

test.each([
  ["POST /adopt", '{"from":"rails"}', "`from` must be one of flyway, golang-migrate"],
  ["POST /adopt", '{"table":"a.b.c"}', "`table` must be the name of a table, or schema.table"],
  ["POST /adopt", '{"unmatched":true}', '`unmatched` must be "refuse" or "leave"'],
  ["POST /adopt", '{"to":"01_first"}', 'Unknown key "to"'],
  ["POST /baseline", "{}", "`to` is missing"],
  ["POST /baseline", '{"to":""}', "`to` must be the name of a migration"],
  ["POST /cancel", '{"runId":""}', "`runId` must be 1 to 128"],
  ["POST /cancel", '{"runId":7}', "`runId` must be a string"],
  ["POST /cancel", '{"connection":7}', 'Unknown key "connection"'],
  ["POST /cancel", '{"dryRun":true}', 'Unknown key "dryRun"'],
  ["POST /accept", "{}", "`migration` is missing. `reason` is missing"],
  ["POST /accept", '{"migration":"","reason":"r"}', "`migration` must be the name of a migration"],
  ["POST /accept", `{"migration":"${"x".repeat(256)}","reason":"r"}`, "`migration` must be at most 255 characters"],
  ["POST /accept", '{"migration":["01_first"],"reason":"r"}', "`migration` must be the name of a migration"],
  ["POST /accept", '{"migration":"01_first"}', "`reason` is missing"],
  ["POST /accept", '{"migration":"01_first","reason":" \\n"}', "`reason` must say why"],
  ["POST /accept", `{"migration":"01_first","reason":"${"x".repeat(501)}"}`, "`reason` must be at most 500 characters"],
  ["POST /accept", '{"migration":"01_first","reason":null}', "`reason` must be a text"],
  ["POST /accept", '{"migration":"01_first","reason":"r","to":"02"}', 'Unknown key "to"'],
  ["POST /settle", '{"migration":"01_first","statement":2,"reason":"r"}', "`as` is missing"],
  [
    "POST /settle",
    '{"migration":"a","statement":2,"as":"yes","reason":"r"}',
    '`as` must be "applied" or "not applied"',
  ],
  ["POST /settle", '{"migration":"a","statement":0,"as":"applied","reason":"r"}', "`statement` must be at least 1"],
  [
    "POST /settle",
    '{"migration":"a","statement":1.5,"as":"applied","reason":"r"}',
    "`statement` must be a whole number",
  ],
  ["POST /settle", '{"migration":"a","statement":"2","as":"applied","reason":"r"}', "`statement` must be a number"],
  ["POST /settle", '{"migration":"a","as":"applied","reason":"r"}', "`statement` is missing"],
  ["POST /settle", '{"migration":"a","statement":2,"as":"applied"}', "`reason` is missing"],
])("%s that means no command is 400: %s", async (line, body, message) => {
  expect(await request(line, body)).toMatchObject({ status: 400, detail: expect.stringContaining(message) });
});

test("POST /cancel names another run than the call's own", async () => {
  expect((await request("POST /cancel", '{"runId":"run-1"}')).runIds).toEqual([REQUEST_ID]);
});
