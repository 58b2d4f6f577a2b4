-- migration: no transaction
-- migrate:up
SET my.step = '2';
CREATE TABLE single (id INT PRIMARY KEY, amount INT NOT NULL);
INSERT INTO single VALUES (1, 1);
UPDATE effects SET times = times + 1 WHERE id = '12.update';
UPDATE single SET amount = amount + current_setting('my.step')::int;
VACUUM single;
UPDATE single SET amount = amount * current_setting('my.step')::int;
-- migrate:down
SET my.step = '3';
UPDATE single SET amount = amount + 1;
UPDATE effects SET times = times + 1 WHERE id = '12.update.down';
UPDATE single SET amount = amount + current_setting('my.step')::int;
DROP TABLE single;
