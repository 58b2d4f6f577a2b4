INSERT INTO book (id, author_id) VALUES (1, 1), (2, 1);
