-- migrate:up
SET @one = 1;
CREATE TABLE account (id INT AUTO_INCREMENT PRIMARY KEY, balance INT NOT NULL);
SET @rate = 2;
INSERT INTO account (balance) VALUES (10), (20);
UPDATE effects SET times = times + @one WHERE id = '02.update';
ALTER TABLE account ADD COLUMN currency CHAR(3) NOT NULL DEFAULT 'EUR';
UPDATE account SET balance = balance + 1;
UPDATE effects SET times = times + @one WHERE id = '02.update.after';
ALTER TABLE account MODIFY balance BIGINT NOT NULL;
INSERT INTO account (balance) SELECT balance * @rate FROM account;
-- migrate:down
SET @one = 1;
DELETE FROM account WHERE balance > 20;
UPDATE effects SET times = times + @one WHERE id = '02.update.down';
ALTER TABLE account DROP COLUMN currency;
DROP TABLE account;
