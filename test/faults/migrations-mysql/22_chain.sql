-- migrate:up
SET @one = 1;
UPDATE effects SET times = times + @one WHERE id = '22.update';
CREATE TABLE link (id INT PRIMARY KEY, owner INT NOT NULL);
ALTER TABLE turnstile_1 ADD COLUMN label VARCHAR(20);
CREATE INDEX by_owner ON link (owner);
ALTER TABLE turnstile_2 ADD INDEX by_number (number);
ALTER TABLE link ADD COLUMN label VARCHAR(20);
ALTER TABLE turnstile_3 ADD CONSTRAINT positive CHECK (number > 0);
INSERT INTO link VALUES (1, 2, 'one');
-- migrate:down
SET @one = 1;
UPDATE effects SET times = times + @one WHERE id = '22.update.down';
ALTER TABLE turnstile_3 DROP CONSTRAINT positive;
ALTER TABLE link DROP COLUMN label;
DROP INDEX by_number ON turnstile_2;
DROP INDEX by_owner ON link;
ALTER TABLE turnstile_1 DROP COLUMN label;
DROP TABLE link;
