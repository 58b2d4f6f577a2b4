import * as v from "valibot";
import { functionNames } from "../lib/remote/names";
import type { MigrationsOptions } from "./build-options";
import type { Framework } from "./framework";

const text = (message: string) => v.optional(v.pipe(v.string(message), v.minLength(1, message)));

/** Parameters of a command line are texts. */
const flag = v.pipe(
  v.union([v.boolean(), v.picklist(["true", "false"])], "onDeploy is neither true nor false"),
  v.transform((given) => given === true || given === "true"),
);

const schema = v.strictObject({
  functions: text("functions is no name of functions"),
  onDeploy: v.optional(flag, true),
  database: text("database is no name of a database"),
  databases: text("databases is no list of databases"),
  dir: text("dir is no folder"),
  dialect: v.optional(v.picklist(["mysql", "postgres"], "dialect is neither mysql nor postgres")),
  format: text("format is no name of a format"),
});

/** `custom.migrationLambda` of serverless.yml. */
export interface Config {
  /** Functions of another stack, by their common prefix: `migration-lambda-dev`. Absent: those of this service. */
  readonly functions?: string;
  /** Whether a deploy runs the migrations. */
  readonly onDeploy: boolean;
  /** As in a Command; for the runs of a deploy. */
  readonly where: { readonly database?: string } | { readonly databases: string };
  /** What the bundle is built from, where that is not what the environment says. */
  readonly build: Pick<MigrationsOptions, "dir" | "dialect" | "format">;
}

/** @throws the framework's error, all mistakes together */
export function readConfig({ service, classes }: Framework): Config {
  const result = v.safeParse(schema, service.custom?.migrationLambda ?? {});
  const faults = result.success ? contradictionsIn(result.output) : result.issues.map(describe);
  if (!result.success || faults.length > 0) {
    throw new classes.Error(`custom.migrationLambda: ${faults.join("; ")}.`, "INVALID_MIGRATION_LAMBDA");
  }
  const { functions, onDeploy, database, databases, ...build } = result.output;
  return {
    ...(functions !== undefined && { functions }),
    onDeploy,
    where: databases === undefined ? { ...(database !== undefined && { database }) } : { databases },
    build: build as Config["build"],
  };
}

function contradictionsIn({ database, databases }: v.InferOutput<typeof schema>): readonly string[] {
  return database !== undefined && databases !== undefined ? ["give database or databases, not both"] : [];
}

function describe(issue: v.BaseIssue<unknown>): string {
  if (issue.type !== "strict_object") return issue.message;
  const known = Object.keys(schema.entries).join(", ");
  return `unknown key ${JSON.stringify(v.getDotPath(issue))}; known are ${known}`;
}

/** Of the functions that a command calls: `shop-dev` of `shop-dev-migrate`. */
export function prefixOf(serverless: Framework, { functions }: Pick<Config, "functions">): string {
  const { service } = serverless;
  const own =
    service.functions?.migrate?.name ?? `${service.service}-${serverless.getProvider("aws").getStage()}-migrate`;
  return functionNames(functions ?? own).migrate.replace(/-migrate$/, "");
}
