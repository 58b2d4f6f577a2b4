CREATE TABLE origin (made_by VARCHAR(100), pattern VARCHAR(100));
INSERT INTO origin (made_by, pattern) VALUES ('${flyway:filename}', '$1'); -- ${nothing} in a comment
