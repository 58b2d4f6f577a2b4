-- migrate:up
CREATE TABLE prepared (id INT PRIMARY KEY, count INT NOT NULL DEFAULT 0);
INSERT INTO prepared (id) VALUES (1);
PREPARE counting FROM 'UPDATE effects SET times = times + 1 WHERE id = ''09.execute''';
EXECUTE counting;
UPDATE prepared SET count = count + 1;
DEALLOCATE PREPARE counting;
-- migrate:down
PREPARE counting FROM 'UPDATE effects SET times = times + 1 WHERE id = ''09.execute.down''';
EXECUTE counting;
DEALLOCATE PREPARE counting;
DROP TABLE prepared;
