-- migrate:up
CREATE TABLE account (id SERIAL PRIMARY KEY, balance INT NOT NULL);
INSERT INTO account (balance) VALUES (10), (20);
UPDATE effects SET times = times + 1 WHERE id = '02.update';
ALTER TABLE account ADD COLUMN currency CHAR(3) NOT NULL DEFAULT 'EUR';
UPDATE account SET balance = balance + 1;
ALTER TABLE account ALTER COLUMN balance TYPE BIGINT;
INSERT INTO account (balance) SELECT balance * 2 FROM account;
-- migrate:down
DELETE FROM account WHERE balance > 20;
UPDATE effects SET times = times + 1 WHERE id = '02.update.down';
ALTER TABLE account DROP COLUMN currency;
DROP TABLE account;
