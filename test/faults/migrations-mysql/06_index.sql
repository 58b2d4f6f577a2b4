-- migrate:up
SET @one = 1;
CREATE TABLE place (id INT PRIMARY KEY, city VARCHAR(20), street VARCHAR(20));
INSERT INTO place VALUES (1, 'a', 'b'), (2, 'c', 'd');
ALTER TABLE place ADD INDEX (city);
ALTER TABLE place ADD INDEX (city, street);
UPDATE effects SET times = times + @one WHERE id = '06.update';
CREATE UNIQUE INDEX by_street ON place (street);
-- migrate:down
SET @one = 1;
DROP INDEX by_street ON place;
UPDATE effects SET times = times + @one WHERE id = '06.update.down';
DROP TABLE place;
