import serverlessMysql from "serverless-mysql";
import type { Client, Login } from "./handler";

export async function connect({ host, port, username: user, password, dbname: database }: Login): Promise<Client> {
  const client = serverlessMysql({ config: { host, port, user, password, database } });
  return { query: (sql) => client.query(sql), end: () => client.end() };
}
