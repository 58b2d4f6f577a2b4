-- migrate:up
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE person (id INT PRIMARY KEY, mood mood NOT NULL);
INSERT INTO person VALUES (1, 'ok');
ALTER TYPE mood ADD VALUE 'happy';
UPDATE effects SET times = times + 1 WHERE id = '13.update';
INSERT INTO person VALUES (2, 'happy');
-- migrate:down
UPDATE effects SET times = times + 1 WHERE id = '13.update.down';
DROP TABLE person;
DROP TYPE mood;
