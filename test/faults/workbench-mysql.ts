import { type Connection, createConnection, type RowDataPacket } from "mysql2/promise";
import { type Dump, dataLines, isTheirs, type Numbered, type Row } from "./dump";
import type { Gate, Gated, Workbench } from "./workbench";

const UNKNOWN_THREAD = 1094;

export function mysqlWorkbench(url: string): Workbench {
  const at = <T>(name: string, work: (admin: Connection) => Promise<T>) => connected(`${url}/${name}`, work);
  return {
    create: (name, effects) =>
      connected(url, async (admin) => {
        await admin.query(`CREATE DATABASE ${name}`);
        await admin.query(`USE ${name}`);
        await admin.query("CREATE TABLE gates AS SELECT 0 AS times");
        await admin.query("CREATE TABLE effects (id VARCHAR(60) PRIMARY KEY, times INT NOT NULL)");
        for (const number of [1, 2, 3])
          await admin.query(`CREATE TABLE turnstile_${number} (id INT PRIMARY KEY, number INT NOT NULL)`);
        if (effects.length > 0) await admin.query("INSERT INTO effects VALUES ?", [effects.map((id) => [id, 0])]);
      }),
    forget: (name) =>
      at(name, async (admin) => {
        await admin.query("UPDATE effects SET times = 0");
      }),
    drop: (name) =>
      connected(url, async (admin) => {
        const sessions = await rows(admin, `SELECT id AS id FROM information_schema.processlist WHERE db = '${name}'`);
        for (const { id } of sessions) await end(admin, Number(id));
        await admin.query("SET lock_wait_timeout = 5");
        await admin.query(`DROP DATABASE ${name}`);
      }),
    // Reading once more does no harm; a connection that the server ended is nothing that the run has done.
    dump: (name) => at(name, dump).catch((error) => (isLost(error) ? at(name, dump) : Promise.reject(error))),
    kill: (connection) => connected(url, (admin) => end(admin, connection)),
    closeGate: async (name, gated) => closeGate(await createConnection(`${url}/${name}`), gated),
  };
}

function isLost(error: unknown): boolean {
  return (error as { readonly code?: string }).code === "PROTOCOL_CONNECTION_LOST";
}

async function end(admin: Connection, id: number): Promise<void> {
  try {
    await admin.query(`KILL ${id}`);
  } catch (error) {
    if ((error as { readonly errno?: number }).errno !== UNKNOWN_THREAD) throw error;
  }
}

/** How often in a row a session must be seen in the same statement to be taken for one that waits. */
const STEADY = 3;
const WAITING =
  "SELECT id, state, info FROM information_schema.PROCESSLIST WHERE command = 'Query' AND state REGEXP '^(Updat|Waiting for)'";

/** Counts what one session writes to the row of the step in progress. */
const countingTrigger = (event: "INSERT" | "UPDATE", write: number) =>
  `CREATE TRIGGER gate_${event} BEFORE ${event} ON migration_step FOR EACH ROW IF NEW.id = 1 THEN
 SET @writes = IFNULL(@writes, 0) + 1;
 IF @writes = ${write} THEN UPDATE gates SET times = times + 1; END IF;
 END IF`;

/** The row stays locked until the transaction ends, and a table that was read stays as it is. */
async function closeGate(admin: Connection, gated: Gated): Promise<Gate> {
  // The server may be killed while it is closed.
  admin.on("error", () => undefined);
  if ("write" in gated) {
    // The first is for REPLACE.
    await admin.query(countingTrigger("INSERT", gated.write));
    await admin.query(countingTrigger("UPDATE", gated.write));
  }
  await admin.query("START TRANSACTION");
  if ("write" in gated) await admin.query("SELECT * FROM gates FOR UPDATE");
  else if ("altered" in gated) await admin.query(`SELECT * FROM ${gated.altered}`);
  else await admin.query("SELECT * FROM effects WHERE id = ? FOR UPDATE", [gated.effect]);
  let before = "";
  let unchanged = 0;
  return {
    // INNODB_TRX would tell, but it stays as it is while somebody reads it more often than ten times a second.
    holds: async (connections) => {
      const list = ["0", ...connections].join(", ");
      const [found] = await rows(admin, `${WAITING} AND id IN (${list})`);
      const now = found ? JSON.stringify(found) : "";
      unchanged = now !== "" && now === before ? unchanged + 1 : 0;
      before = now;
      return unchanged >= STEADY;
    },
    open: async () => admin.destroy(),
  };
}

async function dump(admin: Connection): Promise<Dump> {
  const tables = await rows(
    admin,
    "SELECT TABLE_NAME AS name, TABLE_TYPE AS type FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() ORDER BY 1",
  );
  const theirs = tables.filter(({ name }) => isTheirs(String(name)));
  const schema: string[] = [];
  for (const { name } of theirs) schema.push(shown(await rows(admin, `SHOW CREATE TABLE \`${name}\``)));
  for (const sql of OTHERS) schema.push(...(await rows(admin, sql)).map((row) => shown([row])));
  const data = [];
  for (const { name } of theirs.filter(({ type }) => type === "BASE TABLE"))
    data.push({ table: String(name), rows: await rows(admin, `SELECT * FROM \`${name}\``) });
  const numbered = await rows<Numbered>(admin, NUMBERED);
  const [database] = await rows(admin, "SELECT DATABASE() AS name");
  const effects = await rows(admin, "SELECT id, times FROM effects");
  return {
    schema: schema.map((line) => line.replaceAll(String(database?.name), "the_database")),
    data: dataLines(data, numbered),
    journal: await journal(admin),
    effects: Object.fromEntries(effects.map(({ id, times }) => [id, Number(times)])),
  };
}

const OTHERS = [
  "SELECT ROUTINE_NAME, ROUTINE_TYPE, ROUTINE_DEFINITION FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = DATABASE() ORDER BY 1",
  "SELECT TRIGGER_NAME, EVENT_OBJECT_TABLE, ACTION_TIMING, EVENT_MANIPULATION, ACTION_STATEMENT FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE() AND TRIGGER_NAME NOT LIKE 'gate%' ORDER BY 1",
];

const NUMBERED = `SELECT TABLE_NAME AS \`table\`, COLUMN_NAME AS \`column\`, TABLE_NAME AS source FROM information_schema.COLUMNS
 WHERE TABLE_SCHEMA = DATABASE() AND EXTRA LIKE '%auto_increment%' UNION ALL
 SELECT TABLE_NAME, COLUMN_NAME, REFERENCED_TABLE_NAME FROM information_schema.KEY_COLUMN_USAGE
 WHERE TABLE_SCHEMA = DATABASE() AND REFERENCED_TABLE_NAME IS NOT NULL`;

function shown(found: readonly Row[]): string {
  return JSON.stringify(found[0]).replace(/ AUTO_INCREMENT=\d+/, "");
}

async function journal(admin: Connection): Promise<readonly string[]> {
  const applied = await rows(admin, "SELECT name, checksum, normalised, down FROM migration ORDER BY id");
  const left = await rows(admin, "SELECT id, name, direction FROM migration_step WHERE id > 1 OR name IS NOT NULL");
  return [...applied, ...left].map((row) => JSON.stringify(row));
}

async function rows<R extends object = Row>(admin: Connection, sql: string): Promise<readonly R[]> {
  const [found] = await admin.query<RowDataPacket[]>(sql);
  return found as readonly object[] as readonly R[];
}

async function connected<T>(uri: string, work: (admin: Connection) => Promise<T>): Promise<T> {
  const admin = await createConnection({ uri, dateStrings: true });
  admin.on("error", () => undefined);
  try {
    return await work(admin);
  } finally {
    admin.destroy();
  }
}
