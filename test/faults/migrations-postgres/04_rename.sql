-- migrate:up
CREATE TABLE old_name (id INT PRIMARY KEY);
CREATE TABLE left_side (id INT PRIMARY KEY);
CREATE TABLE right_side (id INT PRIMARY KEY);
INSERT INTO left_side VALUES (1);
ALTER TABLE old_name RENAME TO new_name;
ALTER TABLE new_name RENAME COLUMN id TO number;
ALTER TABLE left_side RENAME TO swap_side;
ALTER TABLE right_side RENAME TO left_side;
ALTER TABLE swap_side RENAME TO right_side;
UPDATE effects SET times = times + 1 WHERE id = '04.update';
INSERT INTO left_side VALUES (2);
-- migrate:down
UPDATE effects SET times = times + 1 WHERE id = '04.update.down';
DROP TABLE new_name, left_side, right_side;
