-- migrate:up
CREATE TABLE copied (id INT PRIMARY KEY, name TEXT);
COPY copied (id, name) FROM stdin;
1	one
2	two; and\ta tab
\.
UPDATE effects SET times = times + 1 WHERE id = '14.update';
COPY copied (id, name) FROM stdin;
3	\N
\.
-- migrate:down
UPDATE effects SET times = times + 1 WHERE id = '14.update.down';
DROP TABLE copied;
