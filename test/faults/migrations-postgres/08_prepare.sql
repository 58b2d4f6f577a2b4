-- migrate:up
CREATE TABLE prepared (id INT PRIMARY KEY, count INT NOT NULL DEFAULT 0);
INSERT INTO prepared (id) VALUES (1);
PREPARE counting (TEXT) AS UPDATE effects SET times = times + 1 WHERE id = $1;
EXECUTE counting ('08.execute');
UPDATE prepared SET count = count + 1;
DEALLOCATE counting;
-- migrate:down
PREPARE counting (TEXT) AS UPDATE effects SET times = times + 1 WHERE id = $1;
EXECUTE counting ('08.execute.down');
DROP TABLE prepared;
