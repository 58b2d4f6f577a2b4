import { durable } from "./durable";
import { run } from "./migrator";

const ROWS = 40;

/** To be run as a process of its own, and killed: a migration of many statements. Says when it begins. */
const migration = durable(async ({ context }) => {
  process.stdout.write("begun\n");
  await context.query("CREATE TABLE seen (n INT, hits INT)");
  for (let n = 0; n < ROWS; n += 1) {
    await context.query(`INSERT INTO seen VALUES (${n}, 0)`);
    await context.query(`UPDATE seen SET hits = hits + 1 WHERE n = ${n}`);
    await context.query(context.dialect === "mysql" ? "DO SLEEP(0.005)" : "SELECT pg_sleep(0.005)");
  }
});

void run({ url: process.env.DATABASE_URL ?? "", migrations: [migration] }, "migrate").then((report) => {
  if (report.outcome !== "done") process.stderr.write(`${JSON.stringify(report)}\n`);
  process.exit(report.outcome === "done" ? 0 : 1);
});
