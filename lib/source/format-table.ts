import type { Format, FormatName } from "./format";
import { codeFormat } from "./formats/code";
import { dbmate } from "./formats/dbmate";
import { drizzle } from "./formats/drizzle";
import { flyway } from "./formats/flyway";
import { golangMigrate } from "./formats/golang-migrate";
import { goose } from "./formats/goose";
import { native } from "./formats/native";
import { prisma } from "./formats/prisma";

/** In the order in which their witnesses are looked for: what other tools leave in a folder proves more than a name. */
export const formats: Readonly<Record<FormatName, Format>> = {
  drizzle,
  prisma,
  flyway,
  goose,
  dbmate,
  native,
  "golang-migrate": golangMigrate,
  umzug: codeFormat("umzug"),
  sequelize: codeFormat("sequelize"),
  knex: codeFormat("knex"),
};
