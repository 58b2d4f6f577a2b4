-- migrate:up
CREATE TABLE author (id SERIAL PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE book (id INT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, author_id INT NOT NULL REFERENCES author (id));
UPDATE effects SET times = times + 1 WHERE id = '01.update';
ALTER TABLE book ADD COLUMN title TEXT;
CREATE VIEW titles AS SELECT title FROM book;
-- migrate:down
DROP VIEW titles;
UPDATE effects SET times = times + 1 WHERE id = '01.update.down';
DROP TABLE book;
DROP TABLE author;
