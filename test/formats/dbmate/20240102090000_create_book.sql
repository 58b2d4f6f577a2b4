-- migrate:up transaction:false
CREATE TABLE book (id INT NOT NULL PRIMARY KEY, author_id INT NOT NULL);

-- migrate:down
DROP TABLE book;
