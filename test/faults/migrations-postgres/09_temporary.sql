-- migrate:up
CREATE TABLE kept (id INT PRIMARY KEY, square INT NOT NULL);
CREATE TEMPORARY TABLE drafts (id INT PRIMARY KEY);
INSERT INTO drafts VALUES (2), (3);
UPDATE effects SET times = times + 1 WHERE id = '09.update';
INSERT INTO kept SELECT id, id * id FROM drafts;
-- migrate:down
UPDATE effects SET times = times + 1 WHERE id = '09.update.down';
DROP TABLE kept;
