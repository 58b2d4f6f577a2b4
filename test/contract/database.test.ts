import { createTestDatabase } from "../support/database";
import { databaseAt } from "../support/migrator";
import { type DatabaseSubject, databaseContract, within } from "./database";
import { correctingContract } from "./database-correcting";

function contract(subject: DatabaseSubject): void {
  databaseContract(subject);
  correctingContract(subject);
  listing(subject);
}

function listing(subject: DatabaseSubject): void {
  test("the server's databases are listed, without those that are its own", async () => {
    const { database, name } = await subject.create();
    const names = await database.list(within(5_000));
    expect(names).toContain(name);
    for (const own of ["mysql", "information_schema", "performance_schema", "sys", "template0", "template1"])
      expect(names).not.toContain(own);
  });
}

const mysql: DatabaseSubject = {
  create: async () => {
    const { url, name, query } = await createTestDatabase();
    return { database: databaseAt(url), name, query };
  },
  sleep: (seconds) => `DO SLEEP(${seconds})`,
  schema: (database) => database,
  releaseLocks: "DO RELEASE_ALL_LOCKS()",
};

describe("MySQL", () => contract(mysql));

describe.each(["postgres14", "postgres18"] as const)("%s", (server) =>
  contract({
    create: async () => {
      const { url, name, query } = await createTestDatabase({ server });
      return { database: databaseAt(url), name, query };
    },
    sleep: (seconds) => `SELECT pg_sleep(${seconds})`,
    schema: () => "public",
    releaseLocks: "SELECT pg_advisory_unlock_all()",
  }),
);
