-- +goose Up
CREATE TABLE author (id INT NOT NULL PRIMARY KEY, name VARCHAR(100) NOT NULL);

-- +goose StatementBegin
CREATE TABLE book (id INT NOT NULL PRIMARY KEY, author_id INT NOT NULL);
CREATE INDEX book_author ON book (author_id);
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
DROP TABLE book;
-- +goose StatementEnd
DROP TABLE author;
