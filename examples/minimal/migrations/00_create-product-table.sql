-- migrate:up
CREATE TABLE product (
  id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name VARCHAR(255) NOT NULL,
  price_in_cents INT NOT NULL
);

-- migrate:down
DROP TABLE product;
