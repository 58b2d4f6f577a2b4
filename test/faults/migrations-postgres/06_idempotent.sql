-- migrate:up
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT);
INSERT INTO setting VALUES ('a', 'b') ON CONFLICT DO NOTHING;
UPDATE effects SET times = times + 1 WHERE id = '06.update';
CREATE OR REPLACE VIEW settings AS SELECT name FROM setting;
-- migrate:down
DROP VIEW IF EXISTS settings;
UPDATE effects SET times = times + 1 WHERE id = '06.update.down';
DROP TABLE IF EXISTS setting;
