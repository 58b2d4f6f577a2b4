CREATE TABLE author (
	id int PRIMARY KEY NOT NULL,
	name varchar(100) NOT NULL
);
--> statement-breakpoint
CREATE TABLE book (
	id int PRIMARY KEY NOT NULL,
	author_id int NOT NULL
);--> statement-breakpoint
ALTER TABLE book ADD CONSTRAINT book_author_id_fk FOREIGN KEY (author_id) REFERENCES author (id)
