CREATE TABLE book (id INT NOT NULL PRIMARY KEY, author_id INT NOT NULL, ${title.column} VARCHAR(200));
