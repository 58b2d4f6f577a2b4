CREATE TABLE author (id INT NOT NULL PRIMARY KEY, name VARCHAR(100) NOT NULL);
INSERT INTO author (id, name) VALUES (1, '${first_author}');
