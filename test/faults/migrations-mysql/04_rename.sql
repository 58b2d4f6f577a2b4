-- migrate:up
SET @one = 1;
CREATE TABLE old_name (id INT PRIMARY KEY);
INSERT INTO old_name VALUES (1);
UPDATE effects SET times = times + @one WHERE id = '04.update';
RENAME TABLE old_name TO new_name;
ALTER TABLE new_name RENAME COLUMN id TO number;
-- migrate:down
SET @one = 1;
ALTER TABLE new_name RENAME COLUMN number TO id;
UPDATE effects SET times = times + @one WHERE id = '04.update.down';
RENAME TABLE new_name TO old_name;
DROP TABLE old_name;
