-- migrate:up
CREATE TABLE locked (id INT PRIMARY KEY, amount INT NOT NULL);
LOCK TABLE locked IN ACCESS EXCLUSIVE MODE;
INSERT INTO locked VALUES (1, 1);
UPDATE effects SET times = times + 1 WHERE id = '10.locked';
UPDATE locked SET amount = amount + 1;
-- migrate:down
UPDATE effects SET times = times + 1 WHERE id = '10.locked.down';
DROP TABLE locked;
