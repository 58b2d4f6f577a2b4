CREATE TABLE IF NOT EXISTS setting (name VARCHAR(50) NOT NULL PRIMARY KEY, content VARCHAR(200) NOT NULL);
DELETE FROM setting;
INSERT INTO setting (name, content) VALUES ('first author', '${first_author}');
