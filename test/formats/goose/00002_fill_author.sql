-- +goose NO TRANSACTION
-- +goose Up
-- +goose ENVSUB ON
INSERT INTO author (id, name) VALUES (1, '${FIRST_AUTHOR}');
INSERT INTO author (id, name) VALUES (2, '${SECOND_AUTHOR:-Grace}, for $$5');
-- +goose ENVSUB OFF
INSERT INTO author (id, name) VALUES (3, '${THIRD_AUTHOR}');

-- +goose Down
DELETE FROM author;
