import * as v from "valibot";
import type { Problem } from "../report";
import { readDatabaseUrl } from "./database-url";
import { readDialect } from "./dialect";
import {
  type CompleteFields,
  completeFields,
  type Fields,
  isDatabaseName,
  isHost,
  type Origin,
  toPort,
} from "./fields";
import { invalid, problemsOf, type Reading } from "./problems";

const ORIGIN: Origin = {
  subject: "The secret",
  advice: {
    host: "Set DATABASE_HOST to the endpoint of the database; a secret that RDS manages never has it.",
    user: "Set DATABASE_USER, or store the user under username in the secret.",
    password: "Store the password under password in the secret.",
    database: "Set DATABASE_NAME to the database that is migrated.",
  },
};

const ENGINE = "The secret's engine";
const FORM = `Store it as {"username": …, "password": …}, or as a URL alone.`;

/** Other keys are other people's: `masterarn`, `dbInstanceIdentifier` and whatever a rotation needs. */
const Shape = v.object({
  engine: v.nullish(v.string("engine is not text")),
  host: v.nullish(v.string("host is not text")),
  username: v.nullish(v.string("username is not text")),
  password: v.nullish(v.string("password is not text")),
  dbname: v.nullish(v.string("dbname is not text")),
  database: v.nullish(v.string("database is not text")),
  port: v.nullish(v.union([v.string(), v.number()], "port is not a number from 1 to 65535")),
});

/**
 * Reads a secret of any shape that RDS, its rotation functions or people give it
 * (https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_secret_json_structure.html), or a plain URL.
 * @param given what the environment says of the login; it wins over the secret, because the writer endpoint of a
 * cluster or the database of one service is often not what the secret was made with.
 */
export function readSecret(text: string, given: Fields): Reading<CompleteFields> {
  const read = readText(text.trim());
  if ("problems" in read) return read;
  return completeFields({ ...read.value, ...given }, ORIGIN);
}

function readText(text: string): Reading<Fields> {
  if (text.startsWith("{")) return readJson(text);
  if (text.includes("://")) return readDatabaseUrl(text, "The secret");
  return { problems: [invalid("The secret is neither a JSON object nor a URL", FORM)] };
}

function readJson(text: string): Reading<Fields> {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), Shape), text);
  if (!parsed.success) {
    const wrong = parsed.issues.filter((issue) => issue.path !== undefined);
    if (wrong.length === 0) {
      return { problems: [invalid("The secret is not valid JSON", FORM)] };
    }
    return { problems: wrong.map((issue) => invalid(`The secret's ${issue.message}`, "Correct it in the secret.")) };
  }
  const problems = wrongValues(parsed.output);
  return problems.length > 0 ? { problems } : { value: toFields(parsed.output) };
}

type Shape = v.InferOutput<typeof Shape>;

/** Rotation templates leave keys empty: an empty value is none. */
function toFields({ engine, host, port, username, password, dbname, database }: Shape): Fields {
  const dialect = engine ? readDialect(engine, ENGINE) : undefined;
  const number = toPort(port ?? "");
  const name = dbname || database;
  return {
    ...(dialect !== undefined && "value" in dialect ? { dialect: dialect.value } : {}),
    ...(host ? { host } : {}),
    ...(number === undefined ? {} : { port: number }),
    ...(username ? { user: username } : {}),
    ...(password ? { password } : {}),
    ...(name ? { database: name } : {}),
  };
}

function wrongValues({ engine, host, port, dbname, database }: Shape): readonly Problem[] {
  const problems: Problem[] = engine ? [...problemsOf(readDialect(engine, ENGINE))] : [];
  const wrong = (message: string) => problems.push(invalid(`The secret's ${message}`, "Correct it in the secret."));
  const name = dbname || database;
  if (host && !isHost(host)) wrong("host is neither a host name nor an address");
  if (port != null && port !== "" && toPort(port) === undefined) wrong("port is not a number from 1 to 65535");
  if (name && !isDatabaseName(name)) wrong("dbname is not the name of one database");
  return problems;
}
