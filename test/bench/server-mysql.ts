import { setTimeout as wait } from "node:timers/promises";
import { type Connection, createConnection, type RowDataPacket } from "mysql2/promise";
import { cpuOf } from "./processes";
import { type Address, medianOf, PREFIX, type Server } from "./server";

const POLL_MS = 2;
const SETTINGS = ["innodb_flush_log_at_trx_commit", "innodb_doublewrite"];
const BUSY = `SELECT 1 FROM information_schema.PROCESSLIST WHERE DB LIKE '${PREFIX}%' AND ID <> CONNECTION_ID() LIMIT 1`;

export async function openMysql({ adminUrl, pid }: Address): Promise<Server> {
  const admin = await createConnection(adminUrl);
  const rows = async (sql: string) => (await admin.query<RowDataPacket[]>(sql))[0];
  const drop = async (databases: readonly string[]) => {
    for (const name of databases) await admin.query(`DROP DATABASE IF EXISTS \`${name}\``);
  };
  return {
    dialect: "mysql",
    url: adminUrl,
    version: async () => String((await rows("SELECT VERSION() AS version"))[0]?.version),
    settings: () => settingsOf(admin),
    recreate: async (databases) => {
      await drop(databases);
      for (const name of databases) await admin.query(`CREATE DATABASE \`${name}\``);
    },
    drop,
    tables: async (database) => {
      const from = `information_schema.TABLES WHERE TABLE_SCHEMA = '${database}' AND TABLE_NAME LIKE 't\\_%'`;
      return Number((await rows(`SELECT COUNT(*) AS count FROM ${from}`))[0]?.count);
    },
    durability: async (wanted) => {
      await admin.query(`SET GLOBAL innodb_flush_log_at_trx_commit = ${wanted === "fast" ? 0 : 1}`);
    },
    counters: async () => {
      while ((await rows(BUSY)).length > 0) await wait(POLL_MS);
      const [status] = await rows("SHOW GLOBAL STATUS LIKE 'Innodb_data_fsyncs'");
      return { durableWrites: Number(status?.Value), cpuMs: cpuOf(pid) };
    },
    roundTrip: async (url) => {
      const connection = await createConnection(url);
      try {
        return await medianOf(() => connection.query("DO 0"));
      } finally {
        await connection.end();
      }
    },
    close: () => admin.end(),
  };
}

async function settingsOf(admin: Connection): Promise<Readonly<Record<string, string>>> {
  const [rows] = await admin.query<RowDataPacket[]>("SHOW GLOBAL VARIABLES WHERE Variable_name IN (?)", [SETTINGS]);
  return Object.fromEntries(rows.map(({ Variable_name, Value }) => [Variable_name, Value]));
}
