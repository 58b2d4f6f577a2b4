-- migrate:up
CREATE TABLE author (
  id INT NOT NULL PRIMARY KEY,
  name VARCHAR(100) NOT NULL -- as printed; not "unique"
);
INSERT INTO author (id, name) VALUES (1, 'Ada; or Augusta');

-- migrate:down
DROP TABLE author;
