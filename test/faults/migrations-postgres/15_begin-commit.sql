-- migrate:up
BEGIN;
CREATE TABLE ledger (id SERIAL PRIMARY KEY, amount INT NOT NULL);
INSERT INTO ledger (amount) VALUES (1);
UPDATE effects SET times = times + 1 WHERE id = '15.update';
COMMIT;
BEGIN;
UPDATE ledger SET amount = amount + 1;
UPDATE effects SET times = times + 1 WHERE id = '15.update.after';
COMMIT;
-- migrate:down
BEGIN;
UPDATE effects SET times = times + 1 WHERE id = '15.update.down';
DROP TABLE ledger;
COMMIT;
