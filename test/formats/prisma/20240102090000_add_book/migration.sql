-- CreateTable
CREATE TABLE book (
    id INTEGER NOT NULL,
    author_id INTEGER NOT NULL,

    PRIMARY KEY (id)
);

-- AddForeignKey
ALTER TABLE book ADD CONSTRAINT book_author_id_fkey FOREIGN KEY (author_id) REFERENCES author (id) ON DELETE RESTRICT ON UPDATE CASCADE;
