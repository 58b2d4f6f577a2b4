-- migration: no transaction
-- migrate:up
CREATE TABLE single (id INT PRIMARY KEY, amount INT NOT NULL);
INSERT INTO single VALUES (1, 1);
UPDATE effects SET times = times + 1 WHERE id = '12.update';
UPDATE single SET amount = amount + 1;
VACUUM single;
UPDATE single SET amount = amount * 2;
-- migrate:down
UPDATE single SET amount = amount + 1;
UPDATE effects SET times = times + 1 WHERE id = '12.update.down';
DROP TABLE single;
