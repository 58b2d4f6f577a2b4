-- migrate:up
CREATE TABLE counter (id INT PRIMARY KEY, value INT NOT NULL);
SET @third = 3;
INSERT INTO counter VALUES (1, 0), (2, 0);
UPDATE counter SET value = value + 1;
UPDATE effects SET times = times + 1 WHERE id = '19.update';
UPDATE counter SET value = value * 2 + 1 WHERE id = 2;
TRUNCATE TABLE counter;
INSERT INTO counter VALUES (@third, 7);
UPDATE effects SET times = times + 1 WHERE id = '19.update.after';
-- migrate:down
UPDATE effects SET times = times + 1 WHERE id = '19.update.down';
DROP TABLE counter;
