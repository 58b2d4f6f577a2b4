-- migrate:up
CREATE TABLE author (id INT NOT NULL PRIMARY KEY, name VARCHAR(100) NOT NULL);
-- migrate:down
DROP TABLE author;
