import type { Migration, Script } from "../migration";
import type { Source } from "./source";

/** The same migrations, none of which is run in a transaction: it would refuse `CREATE DATABASE`. */
export function outsideTransactions({ location, load }: Source): Source {
  return { location, load: async (signal) => (await load(signal)).map(outside) };
}

function outside({ up, down, ...migration }: Migration): Migration {
  return { ...migration, up: without(up), ...(down && { down: without(down) }) };
}

function without(script: Script): Script {
  return { ...script, transaction: false };
}
