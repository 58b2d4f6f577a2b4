-- migrate:up
CREATE TABLE kept (id INT PRIMARY KEY, square INT NOT NULL);
CREATE TEMPORARY TABLE IF NOT EXISTS drafts (id INT PRIMARY KEY);
INSERT IGNORE INTO drafts VALUES (2), (3);
UPDATE effects SET times = times + 1 WHERE id = '10.update';
INSERT INTO kept SELECT id, id * id FROM drafts;
DROP TEMPORARY TABLE IF EXISTS drafts;
-- migrate:down
UPDATE effects SET times = times + 1 WHERE id = '10.update.down';
DROP TABLE kept;
