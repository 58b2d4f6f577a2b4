-- migrate:up
ALTER TABLE book ADD COLUMN title VARCHAR(200);
-- migrate:down
ALTER TABLE book DROP COLUMN title;
