-- migrate:up
INSERT INTO author (id, name) VALUES (1, 'Ada');

-- migrate:down
