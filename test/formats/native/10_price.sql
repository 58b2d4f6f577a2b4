-- migrate:up
ALTER TABLE book ADD COLUMN price DECIMAL(8, 2);
-- migrate:down
ALTER TABLE book DROP COLUMN price;
