import { mysqlManner } from "../../lib/database/mysql-manner";
import { postgresManner } from "../../lib/database/postgres-manner";

test.each([
  ["UPDATE t SET a = 'x; y' -- c;", "joins"],
  ["UPDATE `a; b` SET a = 'it''s; \\'; y'", "joins"],
  ["UPDATE t /* x; y */ SET a = 1", "joins"],
  ["UPDATE t -- x; y\nSET a = 1", "joins"],
  ["UPDATE t # x; y\nSET a = 1", "joins"],
  ["/* c */ CREATE TABLE t (n INT);", "implicit"],
  ["CREATE TABLE a (n INT); INSERT INTO a VALUES (1)", "unsure"],
  ["CREATE TABLE a (n INT); -- done", "unsure"],
  ["CALL p()", "unsure"],
  ["CREATE TEMPORARY TABLE t (n INT)", "joins"],
  ["SET foreign_key_checks = 0", "session"],
  ["SET @id = LAST_INSERT_ID()", "joins"],
  ["SET GLOBAL max_connections = 5", "implicit"],
  ["SET STATEMENT max_statement_time = 9 FOR UPDATE t SET n = n + 1", "implicit"],
  ["SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED", "session"],
  ["set autocommit=OFF", "refused"],
  ["SET autocommit = 1", "session"],
  ["XA START 'x'", "refused"],
  ["BEGIN;", "begin"],
  ["ROLLBACK TO SAVEPOINT s", "rewind"],
  ["ROLLBACK", "rollback"],
  ["LOCK TABLES t WRITE", "lock"],
])("on MySQL %j %s", (sql, manner) => {
  expect(mysqlManner(sql)).toBe(manner);
});

test.each([
  ["CREATE TABLE t (n int)", "joins"],
  ["CREATE INDEX CONCURRENTLY i ON t (n)", "outside"],
  ["CALL p()", "outside"],
  ["DO $$ BEGIN UPDATE t SET n = 1; END $$", "joins"],
  ["DO $$ BEGIN UPDATE t SET n = 1; COMMIT; END $$", "outside"],
  ["CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $x$ BEGIN; COMMIT; END $x$", "joins"],
  ["INSERT INTO t VALUES (1); COMMIT; INSERT INTO t VALUES (2)", "outside"],
  ["SET search_path = other", "session"],
  ["SET LOCAL search_path = other", "joins"],
  ["ROLLBACK TO s", "rewind"],
  ["END", "commit"],
])("on PostgreSQL %j %s", (sql, manner) => {
  expect(postgresManner(sql)).toBe(manner);
});
