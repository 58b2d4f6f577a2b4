-- migrate:up
SET foreign_key_checks = 0, @prefix = 'a, b';
CREATE TABLE early (id INT PRIMARY KEY, late_id INT NOT NULL, FOREIGN KEY (late_id) REFERENCES late (id));
INSERT INTO early VALUES (1, 1);
UPDATE effects SET times = times + 1 WHERE id = '20.update';
ALTER TABLE early ADD COLUMN label VARCHAR(20);
UPDATE early SET label = CONCAT(@prefix, ' c');
CREATE TABLE late (id INT PRIMARY KEY);
INSERT INTO late VALUES (1);
ALTER TABLE late ADD COLUMN label VARCHAR(20);
UPDATE late SET label = CONCAT(@prefix, ' d');
UPDATE effects SET times = times + 1 WHERE id = '20.update.after';
-- migrate:down
SET foreign_key_checks = 0;
ALTER TABLE late DROP COLUMN label;
UPDATE effects SET times = times + 1 WHERE id = '20.update.down';
DROP TABLE late;
DROP TABLE early;
