-- migrate:up
INSERT INTO author (id, name) VALUES (1, 'Ada');
INSERT INTO book (id, author_id) VALUES (1, 1);
-- migrate:down
DELETE FROM book;
DELETE FROM author;
