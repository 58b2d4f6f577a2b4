import { createTestDatabase } from "../support/database";
import { mysqlAt } from "../support/migrator";
import { databaseContract } from "./database";

databaseContract({
  create: async () => {
    const { url, name, query } = await createTestDatabase();
    return { database: mysqlAt(url), name, query };
  },
  sleep: (seconds) => `DO SLEEP(${seconds})`,
});
