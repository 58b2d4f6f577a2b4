import { isCommentFor } from "../../lib/database/mysql-version";

const MARIADB = "10.11.19-MariaDB-0+deb12u1";
const MYSQL = "8.0.36";

test.each([
  ["/*!40101 SET NAMES utf8mb4 */", false, false],
  ["/*!50503 SET character_set_client = utf8mb4 */", false, false],
  ["/*!80013 SET @a = 1 */", true, false],
  ["/*!99998 SET @a = 1 */", true, true],
  ["/*!101100 SET @a = 1 */", false, true],
  ["/*! SET @a = 1 */", false, false],
  ["/*M!100616 SET @a = 1 */", false, true],
  ["/*M!120000 SET @a = 1 */", true, true],
  ["CREATE TABLE a (id INT) /*!80000 COMMENT 'x' */", false, false],
  ["/*!80000 SET @a = 1 */ SELECT 1", false, false],
])("%s: MariaDB 10.11 %p, MySQL 8.0 %p", (sql, mariadb, mysql) => {
  expect([isCommentFor(MARIADB, sql), isCommentFor(MYSQL, sql)]).toEqual([mariadb, mysql]);
});
