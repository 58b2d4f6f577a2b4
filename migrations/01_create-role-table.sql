-- Structure and data in one migration: the roles themselves belong to the schema.

-- migrate:up
CREATE TABLE role (
  id INT NOT NULL PRIMARY KEY,
  name VARCHAR(50) NOT NULL,
  CONSTRAINT role_name UNIQUE (name)
);

INSERT INTO role (id, name) VALUES (1, 'member'), (2, 'admin');

-- Everybody who is already there becomes a member.
ALTER TABLE users ADD COLUMN role_id INT NOT NULL DEFAULT 1;

ALTER TABLE users ADD CONSTRAINT users_role FOREIGN KEY (role_id) REFERENCES role (id);

-- migrate:down
ALTER TABLE users DROP CONSTRAINT users_role;

ALTER TABLE users DROP COLUMN role_id;

DROP TABLE role;
