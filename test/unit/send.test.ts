import { sendAll } from "../../lib/database/send";
import type { SessionSetup } from "../../lib/database/session";

const refusal = Object.assign(new Error("Larger than 5 bytes."), { code: "TOO_LARGE" });
const server = {
  id: 1,
  messageBytes: 5,
  skips: () => false,
  tooLarge: (sql: string) => (sql.length > 5 ? refusal : undefined),
};
// Nothing is sent: what a connection would be needed for fails the test.
const setup = { server } as unknown as SessionSetup;

test("a statement of a script that no message holds is refused before any other is sent", async () => {
  const pieces = [[{ sql: "short", index: 0 }], [{ sql: "too long", index: 1 }]];
  expect(await sendAll(setup, pieces)).toMatchObject({ end: "refused", index: 1, error: refusal });
});

test("where what the journal keeps of a script fits into no message, that is said, and nothing is sent", async () => {
  await expect(sendAll(setup, [[{ sql: "short", index: 0 }], [{ sql: "an intent" }]])).rejects.toMatchObject({
    code: "STATEMENT_FAILED",
    message: "The migration is too large to be recorded. Larger than 5 bytes.",
    advice: expect.stringContaining("max_allowed_packet"),
  });
});
