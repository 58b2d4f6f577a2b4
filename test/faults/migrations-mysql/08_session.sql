-- migrate:up
CREATE TABLE parent (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(20));
CREATE TABLE child (id INT AUTO_INCREMENT PRIMARY KEY, parent_id INT NOT NULL, FOREIGN KEY (parent_id) REFERENCES parent (id));
SET @name = 'first';
INSERT INTO parent (name) VALUES (@name);
SET @parent = LAST_INSERT_ID();
UPDATE effects SET times = times + 1 WHERE id = '08.update';
INSERT INTO child (parent_id) VALUES (@parent), (@parent);
-- migrate:down
UPDATE effects SET times = times + 1 WHERE id = '08.update.down';
DROP TABLE child;
DROP TABLE parent;
