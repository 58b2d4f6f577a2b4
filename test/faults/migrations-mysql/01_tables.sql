-- migrate:up
SET @one = 1;
CREATE TABLE author (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(40) NOT NULL) ENGINE=InnoDB;
CREATE TABLE book (id INT AUTO_INCREMENT PRIMARY KEY, author_id INT NOT NULL, FOREIGN KEY (author_id) REFERENCES author (id)) ENGINE=InnoDB;
UPDATE effects SET times = times + @one WHERE id = '01.update';
ALTER TABLE book ADD COLUMN title VARCHAR(40);
CREATE VIEW titles AS SELECT title FROM book;
-- migrate:down
SET @one = 1;
DROP VIEW titles;
UPDATE effects SET times = times + @one WHERE id = '01.update.down';
DROP TABLE book;
DROP TABLE author;
