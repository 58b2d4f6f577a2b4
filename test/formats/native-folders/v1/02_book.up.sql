CREATE TABLE book (
  id INT NOT NULL PRIMARY KEY,
  author_id INT NOT NULL,
  CONSTRAINT book_author FOREIGN KEY (author_id) REFERENCES author (id)
);
