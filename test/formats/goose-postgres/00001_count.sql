-- +goose Up
CREATE TABLE author (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL);

-- +goose StatementBegin
CREATE FUNCTION fill_author(how_many int) RETURNS void LANGUAGE plpgsql AS $fill$
BEGIN
  FOR i IN 1..how_many LOOP
    INSERT INTO author (name) VALUES ('Ada ' || i);
  END LOOP;
END;
$fill$;
-- +goose StatementEnd

SELECT fill_author(3);

-- +goose Down
DROP FUNCTION fill_author(int);
DROP TABLE author;
