-- migrate:up
CREATE TABLE used (id INT PRIMARY KEY);
UPDATE effects SET times = times + 1 WHERE id = '12.update';
USE information_schema;
DROP VIEW IF EXISTS mysql.nothing_of_the_kind;
SET @engines = (SELECT COUNT(*) FROM ENGINES);
-- migrate:down
UPDATE effects SET times = times + 1 WHERE id = '12.update.down';
DROP TABLE used;
USE information_schema;
