-- migrate:up
SET @one = 1;
CREATE TABLE ledger (id INT AUTO_INCREMENT PRIMARY KEY, amount INT NOT NULL);
BEGIN;
INSERT INTO ledger (amount) VALUES (1);
UPDATE effects SET times = times + @one WHERE id = '15.update';
UPDATE ledger SET amount = amount + 1;
COMMIT;
START TRANSACTION;
INSERT INTO ledger (amount) VALUES (5);
COMMIT;
-- migrate:down
SET @one = 1;
BEGIN;
DELETE FROM ledger;
UPDATE effects SET times = times + @one WHERE id = '15.update.down';
COMMIT;
DROP TABLE ledger;
