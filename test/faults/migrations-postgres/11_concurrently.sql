-- migrate:up
CREATE TABLE visit (id SERIAL PRIMARY KEY, page TEXT, hits INT NOT NULL);
INSERT INTO visit (page, hits) SELECT 'page ' || n, n FROM generate_series(1, 50) AS n;
CREATE INDEX CONCURRENTLY visit_page ON visit (page);
UPDATE visit SET hits = hits + 1;
UPDATE effects SET times = times + 1 WHERE id = '11.update';
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS visit_hits ON visit (hits);
-- migrate:down
DROP INDEX CONCURRENTLY visit_page;
UPDATE effects SET times = times + 1 WHERE id = '11.update.down';
DROP TABLE visit;
