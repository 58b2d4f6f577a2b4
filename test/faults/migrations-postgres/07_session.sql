-- migrate:up
CREATE TABLE parent (id SERIAL PRIMARY KEY, name TEXT);
CREATE TABLE child (id SERIAL PRIMARY KEY, parent_id INT NOT NULL REFERENCES parent (id));
SET my.name = 'first';
INSERT INTO parent (name) VALUES (current_setting('my.name'));
UPDATE effects SET times = times + 1 WHERE id = '07.update';
INSERT INTO child (parent_id) SELECT currval('parent_id_seq') FROM generate_series(1, 2);
SET search_path = pg_catalog;
-- migrate:down
UPDATE effects SET times = times + 1 WHERE id = '07.update.down';
DROP TABLE child;
DROP TABLE parent;
