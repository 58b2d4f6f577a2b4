-- migrate:up
CREATE TABLE place (id INT PRIMARY KEY, city TEXT, street TEXT);
INSERT INTO place VALUES (1, 'a', 'b'), (2, 'c', 'd');
CREATE INDEX ON place (city);
CREATE INDEX ON place (city, street);
UPDATE effects SET times = times + 1 WHERE id = '05.update';
CREATE UNIQUE INDEX by_street ON place (street);
-- migrate:down
DROP INDEX by_street;
UPDATE effects SET times = times + 1 WHERE id = '05.update.down';
DROP TABLE place;
