-- migrate:up
SET @one = 1;
CREATE TABLE IF NOT EXISTS setting (name VARCHAR(20) PRIMARY KEY, value VARCHAR(20));
INSERT IGNORE INTO setting VALUES ('a', 'b');
UPDATE effects SET times = times + @one WHERE id = '07.update';
CREATE OR REPLACE VIEW settings AS SELECT name FROM setting;
-- migrate:down
SET @one = 1;
DROP VIEW IF EXISTS settings;
UPDATE effects SET times = times + @one WHERE id = '07.update.down';
DROP TABLE IF EXISTS setting;
