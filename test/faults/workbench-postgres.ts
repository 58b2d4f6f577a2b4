import { Client } from "pg";
import { type Dump, dataLines, isTheirs, type Numbered, type Row } from "./dump";
import type { Gate, Gated, Workbench } from "./workbench";

export function postgresWorkbench(url: string): Workbench {
  const at = (name: string) => Object.assign(new URL(url), { pathname: name }).href;
  return {
    create: async (name, effects) => {
      await connected(url, (admin) => admin.query(`CREATE DATABASE ${name}`));
      await connected(at(name), async (admin) => {
        await admin.query("CREATE TABLE gates AS SELECT 0 AS times");
        await admin.query("CREATE TABLE effects (id TEXT PRIMARY KEY, times INT NOT NULL)");
        await admin.query("INSERT INTO effects SELECT unnest($1::text[]), 0", [effects]);
      });
    },
    forget: async (name) => {
      await connected(at(name), (admin) => admin.query("UPDATE effects SET times = 0"));
    },
    drop: async (name) => {
      await connected(url, (admin) => admin.query(`DROP DATABASE ${name} WITH (FORCE)`));
    },
    dump: (name) => connected(at(name), dump),
    kill: async (connection) => {
      await connected(url, (admin) => admin.query(`SELECT pg_terminate_backend(${connection})`));
    },
    closeGate: async (name, gated) => closeGate(await open(at(name)), gated),
  };
}

/** Counts what is written to the row of the step in progress, which is there: what is inserted becomes an update. */
const countingTrigger = (write: number) => `CREATE SEQUENCE gate_writes;
CREATE FUNCTION gate() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
 IF NEW.id = 1 THEN
  IF nextval('public.gate_writes') = ${write} THEN UPDATE public.gates SET times = times + 1; END IF;
 END IF;
 RETURN NEW;
END $$;
CREATE TRIGGER gate BEFORE UPDATE ON migration_step FOR EACH ROW EXECUTE FUNCTION gate()`;

/** The row stays locked until the transaction ends. It keeps no snapshot, for which concurrent builds of indexes would wait. */
async function closeGate(admin: Client, gated: Gated): Promise<Gate> {
  if ("write" in gated) await admin.query(countingTrigger(gated.write));
  await admin.query("START TRANSACTION ISOLATION LEVEL READ COMMITTED");
  if ("write" in gated) await admin.query("SELECT * FROM gates FOR UPDATE");
  else if ("altered" in gated) await admin.query(`LOCK TABLE ${gated.altered}`);
  else await admin.query("SELECT * FROM effects WHERE id = $1 FOR UPDATE", [gated.effect]);
  return {
    holds: async (connections) => {
      const list = ["0", ...connections].join(", ");
      const found = await rows(
        admin,
        `SELECT pid FROM unnest(ARRAY[${list}]) AS pid WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid))`,
      );
      return found.length > 0;
    },
    open: async () => {
      await admin.end().catch(() => undefined);
    },
  };
}

async function dump(admin: Client): Promise<Dump> {
  const tables = await rows(admin, "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1");
  const data = [];
  for (const { name } of tables.filter((table) => isTheirs(String(table.name))))
    data.push({ table: String(name), rows: await rows(admin, `SELECT * FROM "${name}"`) });
  const schema = (await rows(admin, SCHEMA)).map(({ line }) => String(line));
  const numbered = await rows<Numbered>(admin, NUMBERED);
  const effects = await rows(admin, "SELECT id, times FROM effects");
  const applied = await rows(admin, "SELECT name, checksum, normalised, down FROM migration ORDER BY id");
  const left = await rows(admin, "SELECT id, name, direction FROM migration_step WHERE id > 1 OR name IS NOT NULL");
  return {
    schema: schema
      .filter((line) => !/^\w+ (?:migration|migration_step|migration_run|effects|gates?|gate_writes)\b/.test(line))
      .sort(),
    data: dataLines(data, numbered),
    journal: [...applied, ...left].map((row) => JSON.stringify(row)),
    effects: Object.fromEntries(effects.map(({ id, times }) => [id, Number(times)])),
  };
}

/** A line begins with what kind of thing it is of, and of which table. */
const SCHEMA = `SELECT concat_ws(' ', 'column', table_name, column_name, data_type, character_maximum_length, is_nullable, column_default, is_identity) AS line
 FROM information_schema.columns WHERE table_schema = 'public' UNION ALL
 SELECT concat_ws(' ', 'index', c.relname, pg_get_indexdef(i.indexrelid), i.indisvalid) FROM pg_index i
 JOIN pg_class c ON c.oid = i.indrelid WHERE c.relnamespace = 'public'::regnamespace UNION ALL
 SELECT concat_ws(' ', 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid)) FROM pg_constraint
 WHERE conrelid <> 0 AND connamespace = 'public'::regnamespace UNION ALL
 SELECT concat_ws(' ', 'trigger', tgrelid::regclass::text, pg_get_triggerdef(oid)) FROM pg_trigger WHERE NOT tgisinternal UNION ALL
 SELECT concat_ws(' ', 'routine', oid::regprocedure::text, prosrc) FROM pg_proc WHERE pronamespace = 'public'::regnamespace UNION ALL
 SELECT concat_ws(' ', 'view', viewname, definition) FROM pg_views WHERE schemaname = 'public' UNION ALL
 SELECT concat_ws(' ', 'sequence', sequencename) FROM pg_sequences WHERE schemaname = 'public' UNION ALL
 SELECT concat_ws(' ', 'enum', t.typname, string_agg(e.enumlabel, ',' ORDER BY e.enumsortorder)) FROM pg_enum e
 JOIN pg_type t ON t.oid = e.enumtypid GROUP BY t.typname`;

const NUMBERED = `SELECT table_name AS table, column_name AS column, table_name AS source FROM information_schema.columns
 WHERE table_schema = 'public' AND (is_identity = 'YES' OR column_default LIKE 'nextval%') UNION ALL
 SELECT c.conrelid::regclass::text, a.attname, c.confrelid::regclass::text FROM pg_constraint c
 JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1] WHERE c.contype = 'f'`;

async function rows<R extends object = Row>(admin: Client, sql: string): Promise<readonly R[]> {
  return (await admin.query<R>(sql)).rows;
}

async function open(url: string): Promise<Client> {
  const admin = new Client({ connectionString: url });
  // The server may be killed meanwhile.
  admin.on("error", () => undefined);
  await admin.connect();
  return admin;
}

async function connected<T>(url: string, work: (admin: Client) => Promise<T>): Promise<T> {
  const admin = await open(url);
  try {
    return await work(admin);
  } finally {
    await admin.end().catch(() => undefined);
  }
}
