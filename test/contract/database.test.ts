import { createTestDatabase } from "../support/database";
import { databaseAt } from "../support/migrator";
import { databaseContract } from "./database";

describe("MySQL", () =>
  databaseContract({
    create: async () => {
      const { url, name, query } = await createTestDatabase();
      return { database: databaseAt(url), name, query };
    },
    sleep: (seconds) => `DO SLEEP(${seconds})`,
    schema: (database) => database,
  }));

describe.each(["postgres14", "postgres18"] as const)("%s", (server) =>
  databaseContract({
    create: async () => {
      const { url, name, query } = await createTestDatabase({ server });
      return { database: databaseAt(url), name, query };
    },
    sleep: (seconds) => `SELECT pg_sleep(${seconds})`,
    schema: () => "public",
  }),
);
