import { setImmediate as turn } from "node:timers/promises";
import type { Connection, Part, Sent } from "../../lib/database/connection";
import type { Step } from "../../lib/database/database";
import type { Leftover } from "../../lib/database/dialect";
import { mysqlGrammar } from "../../lib/database/mysql-grammar";
import { mysqlRelay } from "../../lib/database/mysql-relay";
import { segmentsOf } from "../../lib/database/mysql-segments";
import { createSender } from "../../lib/database/relay";
import type { SessionSetup } from "../../lib/database/session";
import type { SqlScript } from "../../lib/migration";
import { code, sql } from "../support/migrator";

const run = { runId: "r", action: "migrate", key: "k", bundle: "b" };
const stepOf = (name: string): Step => {
  const migration = name === "code" ? code(name, async () => undefined) : sql(name, `DO '${name}';`);
  return { name, direction: "up", script: migration.up, from: 0, checksum: "c", normalised: "n" };
};

interface Message {
  readonly parts: readonly Part[];
  readonly end: (sent: Sent | Error) => void;
}

async function turns(): Promise<void> {
  for (let count = 0; count < 5; count += 1) await turn();
}

/** A sender whose messages go nowhere: each waits to be told how it ended. */
function openSender(...names: readonly string[]) {
  const steps = names.map(stepOf);
  const events: string[] = [];
  const messages: Message[] = [];
  let remainingMs = 60_000;
  const send: Connection["send"] = (parts) =>
    new Promise((resolve, reject) => {
      const own = parts.flatMap(({ sql, index }) => (index === undefined ? [] : [sql.replace(/DO '(.*)'/, "$1")]));
      events.push(`sent ${own.join(" ")}`);
      messages.push({ parts, end: (sent) => (sent instanceof Error ? reject(sent) : resolve(sent)) });
    });
  const setup = {
    connection: { send },
    server: { id: 1, messageBytes: 1 << 20, skips: () => false, tooLarge: () => undefined, relay: mysqlRelay },
    dialect: {
      grammar: mysqlGrammar,
      implicitAlone: false,
      reset: () => [{ sql: "RESET" }],
      leftBy: ({ statements: [first] }: SqlScript): readonly Leftover[] => [
        { sql: `CLEAR ${first?.sql}`, ...(first?.sql.includes("stubborn") && { refusable: true as const }) },
      ],
    },
    tables: { migration: "migration", step: "migration_step", run: "migration_run" },
    lock: "lock",
    deadline: { remainingMs: () => remainingMs },
  } as unknown as SessionSetup;
  const sender = createSender(setup, ({ script }) => {
    const segments = script.kind === "sql" ? segmentsOf(script.statements, 0) : [];
    return { segments, frame: [] };
  });
  return {
    events,
    messages,
    leave: (ms: number) => {
      remainingMs = ms;
    },
    /** Asks for a step as the run loop does. */
    ask: async (number: number) => {
      const step = steps[number] as Step;
      const upcoming = (count: number, skip: number) => steps.slice(number + 1 + skip, number + 1 + skip + count);
      const sent = await sender.send(step, run, upcoming);
      events.push(`${step.name} ${sent.end}`);
    },
    /** Ends the message that was sent last. */
    end: async (how: "answered" | "refused" | Error) => {
      await turns();
      const { parts = [], end } = messages.at(-1) ?? {};
      const error = Object.assign(new Error("refused"), { code: "ER" });
      const at = parts.findIndex(({ index }) => index !== undefined);
      if (how === "answered") end?.({ end: how, at: parts.length });
      else end?.(how === "refused" ? { end: how, at, error } : how);
      await turns();
    },
  };
}

const sqlOf = (message: Message | undefined) => (message?.parts ?? []).map(({ sql }) => sql);

test("a message is sent before anybody hears of the last step of the one before it", async () => {
  const { ask, end, events } = openSender("a", "b", "c", "d");
  const asked = ask(0);
  await end("answered");
  await asked;
  expect(events).toEqual(["sent a", "sent b c", "a followed"]);
});

test("messages follow each other while nobody has asked for their steps yet, and each step is answered when it is asked for", async () => {
  const { ask, end, events } = openSender("a", "b", "c", "d", "e");
  const asked = ask(0);
  for (let number = 0; number < 3; number += 1) await end("answered");
  await asked;
  for (const number of [1, 2, 3, 4]) await ask(number);
  const heard = ["a followed", "b followed", "c followed", "d followed", "e answered"];
  expect(events.filter((event) => event.startsWith("sent"))).toEqual(["sent a", "sent b c", "sent d e"]);
  expect(events.filter((event) => !event.startsWith("sent"))).toEqual(heard);
});

test("behind a step that is refused nothing is sent, until it is asked for", async () => {
  const { ask, end, events } = openSender("a", "b", "c", "d");
  const asked = ask(0);
  await end("answered");
  await end("refused");
  await asked;
  await ask(1);
  expect(events).toEqual(["sent a", "sent b c", "a followed", "b refused"]);
  ask(2).catch(() => undefined);
  await turns();
  expect(events.slice(4)).toEqual(["sent c"]);
});

test("once the time is up, a message that was ready is not sent", async () => {
  const { ask, end, events, leave } = openSender("a", "b");
  const asked = ask(0);
  await turns();
  leave(0);
  await end("answered");
  await asked;
  expect(events).toEqual(["sent a", "a answered"]);
});

test("a message allows its steps the time that is left when it is sent", async () => {
  const { ask, end, messages, leave } = openSender("a", "b", "c");
  const asked = ask(0);
  await turns();
  leave(5_000);
  await end("answered");
  await asked;
  const second = sqlOf(messages[1]);
  expect(second).toContain(mysqlRelay.until(5_000)[0]);
  expect(second.join()).toContain(mysqlGrammar.fromNow(5_000));
});

test("a message begins with clearing away what the last step of the one before has left", async () => {
  const { ask, end, messages } = openSender("a", "b", "c");
  const asked = ask(0);
  await end("answered");
  await asked;
  expect(sqlOf(messages[1]).slice(0, 2)).toEqual(["RESET", "CLEAR DO 'a'"]);
});

test("behind what the server may refuse to clear away nothing is sent before that was tried", async () => {
  const { ask, end, events } = openSender("stubborn", "b");
  const asked = ask(0);
  await end("answered");
  await asked;
  expect(events).toEqual(["sent stubborn", "stubborn answered"]);
});

test("what comes behind code is not sent before the code has run", async () => {
  const { ask, end, events } = openSender("a", "code", "b");
  const asked = ask(0);
  await end("answered");
  await asked;
  expect(events).toEqual(["sent a", "a answered"]);
});

test("after a message that took long, fewer steps are sent than were made ready", async () => {
  const { ask, end, events } = openSender("a", "b", "c", "d");
  const now = jest.spyOn(performance, "now").mockReturnValue(0);
  const asked = ask(0);
  await turns();
  now.mockReturnValue(10_000);
  await end("answered");
  await asked;
  now.mockRestore();
  expect(events[1]).toBe("sent b");
});

test("a connection that is lost under a message nobody has asked for yet is told of when somebody asks", async () => {
  const { ask, end } = openSender("a", "b", "c");
  const asked = ask(0);
  await end("answered");
  await end(new Error("lost"));
  await asked;
  await expect(ask(1)).rejects.toThrow("lost");
});
