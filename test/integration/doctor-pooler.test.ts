import { connect } from "node:net";
import { createTestDatabase } from "../support/database";
import { diagnose, findingOf } from "../support/doctor";
import { type Listening, listen } from "../support/listen";
import { startPooler, startRenumbering } from "../support/pooler";

const servers: Listening[] = [];
afterEach(() => Promise.all(servers.splice(0).map((each) => each.stop())));

const through = (url: string, server: Listening): string => {
  servers.push(server);
  return Object.assign(new URL(url), { port: String(server.port) }).href;
};

test("a pooler that shares sessions between transactions fails the check", async () => {
  const { url } = await createTestDatabase({ server: "postgres18" });
  const report = await diagnose({ DATABASE_URL: through(url, await startPooler(url)) });
  expect(findingOf(report, "pooler")).toMatchObject({
    result: "failed",
    message: "A pooler in between shares the server's sessions: a lock would not keep anybody out.",
    advice: expect.stringContaining("writer endpoint"),
  });
  expect(report.outcome).toBe("refused");
});

test("a proxy that keeps sessions together is a warning", async () => {
  const { url } = await createTestDatabase();
  const report = await diagnose({ DATABASE_URL: through(url, await startRenumbering(url)) });
  expect(findingOf(report, "pooler")).toMatchObject({
    result: "warning",
    message: "A proxy or pooler is in between. It kept the session together now, and may not always.",
  });
  expect(report.outcome).toBe("done");
});

test("something that passes on every byte is no pooler", async () => {
  const { url } = await createTestDatabase();
  const tunnel = await listen((socket) => {
    const server = connect(Number(new URL(url).port), "127.0.0.1").on("error", () => socket.destroy());
    socket.pipe(server).pipe(socket);
  });
  expect(findingOf(await diagnose({ DATABASE_URL: through(url, tunnel) }), "pooler").result).toBe("ok");
});
