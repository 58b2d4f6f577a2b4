import type { CodeParams } from "../../../lib/migration";

export const up = async ({ context }: CodeParams): Promise<void> => {
  await context.query(
    `CREATE TABLE book (id INT PRIMARY KEY, author_id INT NOT NULL, title VARCHAR(100) NOT NULL,
      CONSTRAINT book_author FOREIGN KEY (author_id) REFERENCES author (id))`,
  );
  await context.query("CREATE INDEX book_by_title ON book (title)");
};

export const down = async ({ context }: CodeParams): Promise<void> => {
  await context.query("DROP TABLE book");
};
