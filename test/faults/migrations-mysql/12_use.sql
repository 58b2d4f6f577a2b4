-- migrate:up
CREATE TABLE used (id INT PRIMARY KEY);
UPDATE effects SET times = times + 1 WHERE id = '12.update';
USE information_schema;
SET @tables = (SELECT COUNT(*) FROM TABLES WHERE TABLE_SCHEMA = 'nowhere');
-- migrate:down
UPDATE effects SET times = times + 1 WHERE id = '12.update.down';
DROP TABLE used;
USE information_schema;
