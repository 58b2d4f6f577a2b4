-- migrate:up
SET sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES';
CREATE TABLE "quoted" ("id" INT PRIMARY KEY, "path" VARCHAR(20));
INSERT INTO "quoted" VALUES (1, 'a\b');
UPDATE effects SET times = times + 1 WHERE id = '14.update';
INSERT INTO "quoted" VALUES (2, 'c\d');
-- migrate:down
SET sql_mode = 'ANSI_QUOTES';
UPDATE effects SET times = times + 1 WHERE id = '14.update.down';
DROP TABLE "quoted";
