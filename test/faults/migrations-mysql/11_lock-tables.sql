-- migrate:up
CREATE TABLE locked (id INT PRIMARY KEY, amount INT NOT NULL);
LOCK TABLES locked WRITE, effects WRITE;
INSERT INTO locked VALUES (1, 1);
UPDATE effects SET times = times + 1 WHERE id = '11.locked';
UPDATE locked SET amount = amount + 1;
UNLOCK TABLES;
-- migrate:down
UPDATE effects SET times = times + 1 WHERE id = '11.update.down';
DROP TABLE locked;
