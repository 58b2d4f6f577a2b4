import * as v from "valibot";
import type { DialectName } from "../migration";
import type { Problem } from "../report";
import { readDatabaseUrl } from "./database-url";
import { checkDialect } from "./dialect";
import {
  type CompleteFields,
  completeFields,
  type Fields,
  isDatabaseName,
  isHost,
  type Origin,
  type OwnDatabase,
  toPort,
} from "./fields";
import { invalid, type Reading } from "./problems";

const ORIGIN: Omit<Origin, "database"> = {
  subject: "The secret",
  advice: {
    host: "Set DATABASE_HOST to the endpoint of the database; a secret that RDS manages never has it.",
    user: "Set DATABASE_USER, or store the user under username in the secret.",
    password: "Store the password under password in the secret.",
    database: "Set DATABASE_NAME to the database that is migrated.",
  },
};

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
 * cluster or the database of one service is often not what the secret was made with. Its dialect is not for the secret
 * to choose.
 */
export function readSecret(text: string, given: Fields, database: OwnDatabase = "needed"): Reading<CompleteFields> {
  const read = readText(text.trim(), given.dialect);
  if ("problems" in read) return read;
  return completeFields({ ...read.value, ...given }, { ...ORIGIN, database });
}

function readText(text: string, dialect: DialectName): Reading<Fields> {
  if (text.startsWith("{")) return readJson(text, dialect);
  if (text.includes("://")) return readDatabaseUrl(text, "The secret", dialect);
  return { problems: [invalid("The secret is neither a JSON object nor a URL", FORM)] };
}

function readJson(text: string, dialect: DialectName): Reading<Fields> {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), Shape), text);
  if (!parsed.success) {
    const wrong = parsed.issues.filter((issue) => issue.path !== undefined);
    if (wrong.length === 0) {
      return { problems: [invalid("The secret is not valid JSON", FORM)] };
    }
    return { problems: wrong.map((issue) => invalid(`The secret's ${issue.message}`, "Correct it in the secret.")) };
  }
  const problems = wrongValues(parsed.output, dialect);
  return problems.length > 0 ? { problems } : { value: toFields(parsed.output, dialect) };
}

type Shape = v.InferOutput<typeof Shape>;

/** Rotation templates leave keys empty: an empty value is none. */
function toFields({ host, port, username, password, dbname, database }: Shape, dialect: DialectName): Fields {
  const number = toPort(port ?? "");
  const name = dbname || database;
  return {
    dialect,
    ...(host ? { host } : {}),
    ...(number === undefined ? {} : { port: number }),
    ...(username ? { user: username } : {}),
    ...(password ? { password } : {}),
    ...(name ? { database: name } : {}),
  };
}

function wrongValues({ engine, host, port, dbname, database }: Shape, dialect: DialectName): readonly Problem[] {
  const problems: Problem[] = engine ? [...checkDialect(engine, "The secret's engine", dialect)] : [];
  const wrong = (message: string) => problems.push(invalid(`The secret's ${message}`, "Correct it in the secret."));
  const name = dbname || database;
  if (host && !isHost(host)) wrong("host is neither a host name nor an address");
  if (port != null && port !== "" && toPort(port) === undefined) wrong("port is not a number from 1 to 65535");
  if (name && !isDatabaseName(name, dialect)) wrong("dbname is not the name of one database");
  return problems;
}
