-- migrate:up
SET @one = 1;
CREATE TABLE left_side (id INT PRIMARY KEY);
CREATE TABLE right_side (id INT PRIMARY KEY);
SET @other = 2;
INSERT INTO left_side VALUES (1);
UPDATE effects SET times = times + @one WHERE id = '05.update';
RENAME TABLE left_side TO swap_side, right_side TO left_side, swap_side TO right_side;
INSERT INTO left_side VALUES (@other);
-- migrate:down
SET @one = 1;
DELETE FROM left_side;
UPDATE effects SET times = times + @one WHERE id = '05.update.down';
RENAME TABLE left_side TO swap_side, right_side TO left_side, swap_side TO right_side;
DROP TABLE left_side, right_side;
