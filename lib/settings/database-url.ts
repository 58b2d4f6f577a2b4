import type { DialectName } from "../migration";
import type { Problem } from "../report";
import { checkDialect, DEFAULT_PORTS } from "./dialect";
import { type Fields, isDatabaseName, isHost, toPort } from "./fields";
import { invalid, problemsOf, type Reading } from "./problems";

export const NO_SOCKET = "A Unix socket cannot be used.";
const ENCODE = "Percent-encode what is special in user and password: # is %23, % is %25, / is %2F, ? is %3F, @ is %40.";

export function urlForm(dialect: DialectName): string {
  return `Write it as ${dialect}://user:password@host:${DEFAULT_PORTS[dialect]}/database.`;
}

/**
 * Reads `mysql://user:password@host:port/database`, everything percent-decoded. Port, user and database may be missing.
 * No part of the URL gets into a problem: where an unencoded password ends and the rest begins is a guess.
 * @param subject what the URL is, to begin a sentence with
 */
export function readDatabaseUrl(text: string, subject: string, dialect: DialectName): Reading<Fields> {
  const form = urlForm(dialect);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^[a-z]+:\/\//i.test(text)) {
    return { problems: [invalid(`${subject} is not a URL`, `${form} ${ENCODE}`)] };
  }
  const decoded = decodeParts(url, subject, dialect);
  const problems = [
    ...checkDialect(url.protocol.slice(0, -1), subject, dialect),
    ...problemsOf(decoded),
    ...misplaced(url, subject, form),
  ];
  if ("problems" in decoded || problems.length > 0) return { problems };
  return { value: toFields(url, decoded.value, dialect) };
}

interface Decoded {
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

function toFields(url: URL, { user, password, database }: Decoded, dialect: DialectName): Fields {
  const port = toPort(url.port);
  return {
    dialect,
    password,
    ...(url.hostname === "" ? {} : { host: hostOf(url) }),
    ...(port === undefined ? {} : { port }),
    ...(user === "" ? {} : { user }),
    ...(database === "" ? {} : { database }),
  };
}

function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, "$1");
}

function decodeParts(url: URL, subject: string, dialect: DialectName): Reading<Decoded> {
  try {
    const [user = "", password = "", database = ""] = [url.username, url.password, url.pathname.slice(1)].map(
      decodeURIComponent,
    );
    if (database === "" || isDatabaseName(database, dialect)) return { value: { user, password, database } };
    const message = `${subject} has a path that is not one database name`;
    return { problems: [invalid(message, `${urlForm(dialect)} ${ENCODE}`)] };
  } catch {
    return { problems: [invalid(`${subject} has a % that is not followed by two hexadecimal digits`, ENCODE)] };
  }
}

function misplaced(url: URL, subject: string, form: string): readonly Problem[] {
  const problems: Problem[] = [];
  if (url.hostname !== "" && !isHost(hostOf(url))) {
    problems.push(invalid(`${subject} has a host that is neither a name nor an address`, `${form} ${NO_SOCKET}`));
  }
  if (url.port !== "" && toPort(url.port) === undefined) {
    problems.push(invalid(`${subject} has a port that is not a number from 1 to 65535`, form));
  }
  if (url.hash !== "") problems.push(invalid(`${subject} has an unencoded #`, ENCODE));
  if (url.search !== "") {
    const advice = ["Remove them.", ...insteadOf(url.searchParams)].join(" ");
    problems.push(invalid(`${subject} has parameters after a ?, and none are known`, advice));
  }
  return problems;
}

/** What other programs understand in a URL, and what says it here. */
const INSTEAD: readonly (readonly [names: RegExp, advice: string])[] = [
  [
    /^(ssl|tls|use_?ssl|require_?ssl)/i,
    "TLS is always on and verified unless DATABASE_TLS=off; DATABASE_CA adds authorities.",
  ],
  [/^(schema|current_?schema|search_?path|options)$/i, "A schema of PostgreSQL is set by DATABASE_SCHEMA."],
  [/^(host|socket|socket_?path|unix_?socket)$/i, NO_SOCKET],
];

function insteadOf(parameters: URLSearchParams): readonly string[] {
  const names = [...parameters.keys()];
  return INSTEAD.filter(([known]) => names.some((name) => known.test(name))).map(([, advice]) => advice);
}
