-- migrate:up
CREATE TABLE author (id INT NOT NULL PRIMARY KEY, name VARCHAR(100) NOT NULL);

-- migrate:down
DROP TABLE author;

-- migrate:up
ALTER TABLE author ADD COLUMN born INT;

-- migrate:down
ALTER TABLE author DROP COLUMN born;
