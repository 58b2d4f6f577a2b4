-- migrate:up
CREATE TABLE gathered (id INT PRIMARY KEY, amount INT NOT NULL);
SET autocommit = 0;
INSERT INTO gathered VALUES (1, 1);
UPDATE effects SET times = times + 1 WHERE id = '13.update';
UPDATE gathered SET amount = amount + 1;
COMMIT;
SET autocommit = 1;
-- migrate:down
SET autocommit = 0;
DELETE FROM gathered;
UPDATE effects SET times = times + 1 WHERE id = '13.update.down';
COMMIT;
DROP TABLE gathered;
