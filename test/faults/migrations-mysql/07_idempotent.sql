-- migrate:up
CREATE TABLE IF NOT EXISTS setting (name VARCHAR(20) PRIMARY KEY, value VARCHAR(20));
INSERT IGNORE INTO setting VALUES ('a', 'b');
UPDATE effects SET times = times + 1 WHERE id = '07.update';
CREATE OR REPLACE VIEW settings AS SELECT name FROM setting;
-- migrate:down
DROP VIEW IF EXISTS settings;
UPDATE effects SET times = times + 1 WHERE id = '07.update.down';
DROP TABLE IF EXISTS setting;
