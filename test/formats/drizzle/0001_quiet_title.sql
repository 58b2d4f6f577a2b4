ALTER TABLE book ADD title varchar(200);
