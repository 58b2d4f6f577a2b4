-- migrate:up
CREATE TABLE stock (id INT PRIMARY KEY, amount INT NOT NULL);
CREATE TABLE stock_log (id INT AUTO_INCREMENT PRIMARY KEY, stock_id INT NOT NULL, amount INT NOT NULL);
DELIMITER //
CREATE PROCEDURE refill(IN wanted INT)
BEGIN
  INSERT INTO stock (id, amount) VALUES (wanted, 1);
  UPDATE stock SET amount = amount + 1 WHERE id = wanted;
  UPDATE effects SET times = times + 1 WHERE id = '03.call';
END //
CREATE TRIGGER stock_changes AFTER UPDATE ON stock FOR EACH ROW
BEGIN
  INSERT INTO stock_log (stock_id, amount) VALUES (NEW.id, NEW.amount);
  UPDATE effects SET times = times + 1 WHERE id = '03.trigger';
END //
DELIMITER ;
CALL refill(1);
CALL refill(2);
UPDATE stock SET amount = amount + 5;
-- migrate:down
UPDATE effects SET times = times + 1 WHERE id = '03.update.down';
DROP TRIGGER stock_changes;
DROP PROCEDURE refill;
DROP TABLE stock_log;
DROP TABLE stock;
