import type { Contestant } from "../contestant";
import { dbmate } from "./dbmate";
import { drizzle } from "./drizzle";
import { knex } from "./knex";
import { kysely } from "./kysely";
import { liquibase } from "./liquibase";
import { nodePgMigrate } from "./node-pg-migrate";
import { postgrator } from "./postgrator";
import { prisma, prismaInWasm } from "./prisma";
import { sequelize } from "./sequelize";
import { umzug } from "./umzug";

/** Other tools, each run as its documentation says that it is run in a pipeline, with its usual settings. */
export const PEERS: readonly Contestant[] = [
  knex,
  umzug,
  sequelize,
  kysely,
  nodePgMigrate,
  drizzle,
  postgrator,
  dbmate,
  liquibase,
  prisma,
  prismaInWasm,
];
