import type { DialectName } from "../migration";
import type { Problem } from "../report";
import { conceal } from "./conceal";
import { readDatabaseUrl, urlForm } from "./database-url";
import { DEFAULT_PORTS } from "./dialect";
import { type CompleteFields, completeFields, type Fields, type OwnDatabase, toPort } from "./fields";
import { invalid, type Reading } from "./problems";
import { isLocal } from "./tls";
import type { Given } from "./variables";

/** How to get into the database. Everything but `kind` is concealed from JSON and logs. */
export type Access =
  | { readonly kind: "url"; readonly fields: CompleteFields }
  | {
      readonly kind: "secret";
      readonly id: string;
      readonly region: string;
      readonly given: Fields;
      readonly database: OwnDatabase;
    }
  | { readonly kind: "iam"; readonly target: Omit<CompleteFields, "password">; readonly region: string };

const WAYS =
  "DATABASE_URL, or DATABASE_SECRET_ID, or DATABASE_AUTH=iam with DATABASE_HOST, DATABASE_USER and DATABASE_NAME";

/** Reads the one way in that is set, to a database of this dialect. Each value is checked by itself elsewhere; here, whether they go together. */
export function readAccess(given: Given, dialect: DialectName): Reading<Access> {
  const ways = (["DATABASE_URL", "DATABASE_SECRET_ID", "DATABASE_AUTH"] as const).filter(
    (way) => given[way] !== undefined,
  );
  if (ways.length > 1) {
    const message = `${ways.join(" and ")} are set, and each is a way in by itself`;
    return { problems: [invalid(message, `Set only one: ${WAYS}.`)] };
  }
  if (given.DATABASE_URL !== undefined) return fromUrl(given, given.DATABASE_URL, dialect);
  if (given.DATABASE_SECRET_ID !== undefined) return fromSecret(given, given.DATABASE_SECRET_ID, dialect);
  if (given.DATABASE_AUTH !== undefined) return withIam(given, dialect);
  return { problems: [invalid("Nothing says which database to migrate", `Set ${WAYS}.`)] };
}

function fromUrl(given: Given, text: string, dialect: DialectName): Reading<Access> {
  const besides = (["DATABASE_HOST", "DATABASE_PORT", "DATABASE_NAME", "DATABASE_USER"] as const).filter(
    (name) => given[name] !== undefined,
  );
  const contradictions = besides.map((name) =>
    invalid(`${name} is set besides DATABASE_URL, which says the same`, `Remove ${name}, or say it in the URL alone.`),
  );
  const read = readDatabaseUrl(text, "DATABASE_URL", dialect);
  if ("problems" in read) return { problems: [...contradictions, ...read.problems] };
  const form = urlForm(dialect);
  const advice = { host: form, user: form, password: form, database: form };
  const fields = completeFields(read.value, { subject: "DATABASE_URL", database: ownDatabase(given), advice });
  if ("problems" in fields) return { problems: [...contradictions, ...fields.problems] };
  if (contradictions.length > 0) return { problems: contradictions };
  return { value: conceal({ kind: "url" }, { fields: fields.value }) };
}

function fromSecret(given: Given, id: string, dialect: DialectName): Reading<Access> {
  const region = /^arn:[^:]+:secretsmanager:([^:]+):/.exec(id)?.[1] ?? given.AWS_REGION;
  if (region === undefined) {
    const advice = "Set AWS_REGION to the region of the secret; Lambda sets it by itself.";
    return {
      problems: [invalid("AWS_REGION is missing, and DATABASE_SECRET_ID is not an ARN that names one", advice)],
    };
  }
  const known = { id, region, given: fieldsOf(given, dialect), database: ownDatabase(given) };
  return { value: conceal({ kind: "secret" }, known) };
}

function ownDatabase(given: Given): OwnDatabase {
  return given.DATABASES === undefined ? "needed" : "optional";
}

function withIam(given: Given, dialect: DialectName): Reading<Access> {
  const { DATABASE_HOST: host, DATABASE_USER: user, DATABASE_NAME: database, AWS_REGION: region } = given;
  const contradictions = iamContradictions(given);
  const named = database !== undefined || ownDatabase(given) === "optional";
  if (host === undefined || user === undefined || !named || region === undefined) {
    const names = ["DATABASE_HOST", "DATABASE_USER", "DATABASE_NAME", "AWS_REGION"] as const;
    const missing = names.filter((name) => given[name] === undefined && !(name === "DATABASE_NAME" && named));
    return {
      problems: [
        ...missing.map((name) => invalid(`DATABASE_AUTH=iam needs ${name}`, `Set ${name}.`)),
        ...contradictions,
      ],
    };
  }
  if (contradictions.length > 0) return { problems: contradictions };
  const port = toPort(given.DATABASE_PORT ?? "") ?? DEFAULT_PORTS[dialect];
  const target = { dialect, host, port, user, ...(database !== undefined && { database }) };
  return { value: conceal({ kind: "iam" }, { target, region }) };
}

function iamContradictions(given: Given): readonly Problem[] {
  const problems: Problem[] = [];
  if (given.DATABASE_TLS === "off") {
    const advice = "Remove DATABASE_TLS: a token is sent over TLS only.";
    problems.push(invalid("DATABASE_AUTH=iam and DATABASE_TLS=off contradict each other", advice));
  }
  if (given.DATABASE_HOST !== undefined && isLocal(given.DATABASE_HOST)) {
    const advice = "Name the endpoint of the RDS database: the token is made for it.";
    problems.push(invalid("DATABASE_AUTH=iam and a local DATABASE_HOST contradict each other", advice));
  }
  return problems;
}

/** What the environment says of the login, beside a secret or in place of it. */
function fieldsOf(given: Given, dialect: DialectName): Fields {
  const port = toPort(given.DATABASE_PORT ?? "");
  return {
    dialect,
    ...(given.DATABASE_HOST === undefined ? {} : { host: given.DATABASE_HOST }),
    ...(port === undefined ? {} : { port }),
    ...(given.DATABASE_USER === undefined ? {} : { user: given.DATABASE_USER }),
    ...(given.DATABASE_NAME === undefined ? {} : { database: given.DATABASE_NAME }),
  };
}
