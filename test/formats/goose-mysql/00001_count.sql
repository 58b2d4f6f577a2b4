-- +goose Up
CREATE TABLE author (id INT NOT NULL PRIMARY KEY, name VARCHAR(100) NOT NULL);

-- +goose StatementBegin
CREATE PROCEDURE fill_author(IN how_many INT)
BEGIN
  DECLARE i INT DEFAULT 0;
  WHILE i < how_many DO
    INSERT INTO author (id, name) VALUES (i, CONCAT('Ada ', i));
    SET i = i + 1;
  END WHILE;
END;
-- +goose StatementEnd

CALL fill_author(3);

-- +goose Down
DROP PROCEDURE fill_author;
DROP TABLE author;
