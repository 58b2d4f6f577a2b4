-- migrate:up
SET search_path = shelf, public;
CREATE SCHEMA shelf;
CREATE TABLE item (id INT PRIMARY KEY, label TEXT NOT NULL, price INT NOT NULL);
CREATE INDEX CONCURRENTLY item_label ON item (label);
INSERT INTO item VALUES (1, 'one', 1);
CREATE INDEX CONCURRENTLY item_price ON item (price);
UPDATE effects SET times = times + 1 WHERE id = '20.update';
UPDATE item SET price = price + 1;
DROP INDEX CONCURRENTLY item_label;
UPDATE item SET price = price * 3;
-- migrate:down
SET search_path = shelf, public;
DROP INDEX CONCURRENTLY item_price;
UPDATE effects SET times = times + 1 WHERE id = '20.update.down';
CREATE INDEX CONCURRENTLY item_label ON item (label);
DROP TABLE item;
DROP SCHEMA shelf;
