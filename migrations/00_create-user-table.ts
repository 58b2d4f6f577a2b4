import type { CodeParams } from "../lib/migration";

/** `user` is a reserved word in PostgreSQL and must be quoted there, `users` is free in both. */
export async function up({ context }: CodeParams): Promise<void> {
  await context.query(`
    CREATE TABLE users (
      id CHAR(36) NOT NULL PRIMARY KEY,
      name VARCHAR(255) NOT NULL,
      email VARCHAR(255) NOT NULL,
      created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
      CONSTRAINT users_email UNIQUE (email)
    )
  `);
}

export async function down({ context }: CodeParams): Promise<void> {
  await context.query("DROP TABLE users");
}
