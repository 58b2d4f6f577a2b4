-- migrate:up
CREATE TABLE stock (id INT PRIMARY KEY, amount INT NOT NULL);
CREATE TABLE stock_log (id SERIAL PRIMARY KEY, stock_id INT NOT NULL, amount INT NOT NULL);
CREATE PROCEDURE refill(wanted INT) LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO stock (id, amount) VALUES (wanted, 1);
  UPDATE stock SET amount = amount + 1 WHERE id = wanted;
  UPDATE effects SET times = times + 1 WHERE id = '03.call';
END $$;
CREATE FUNCTION log_stock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO stock_log (stock_id, amount) VALUES (NEW.id, NEW.amount);
  UPDATE effects SET times = times + 1 WHERE id = '03.trigger';
  RETURN NULL;
END $$;
CREATE TRIGGER stock_changes AFTER UPDATE ON stock FOR EACH ROW EXECUTE FUNCTION log_stock();
CALL refill(1);
CALL refill(2);
UPDATE stock SET amount = amount + 5;
-- migrate:down
UPDATE effects SET times = times + 1 WHERE id = '03.update.down';
DROP TABLE stock_log;
DROP TABLE stock;
DROP FUNCTION log_stock();
DROP PROCEDURE refill(INT);
