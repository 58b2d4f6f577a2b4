import type { DialectName } from "../migration";
import type { Problem } from "../report";
import { readDialect } from "./dialect";
import { type Fields, isDatabaseName, isHost, toPort } from "./fields";
import { invalid, problemsOf, type Reading } from "./problems";

export const URL_FORM = "Write it as mysql://user:password@host:3306/database.";
const ENCODE = "Percent-encode what is special in user and password: # is %23, % is %25, / is %2F, ? is %3F, @ is %40.";

/**
 * Reads `mysql://user:password@host:port/database`, everything percent-decoded. Port, user and database may be missing.
 * No part of the URL gets into a problem: where an unencoded password ends and the rest begins is a guess.
 * @param subject what the URL is, to begin a sentence with
 */
export function readDatabaseUrl(text: string, subject: string): Reading<Fields> {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^[a-z]+:\/\//i.test(text)) {
    return { problems: [invalid(`${subject} is not a URL`, `${URL_FORM} ${ENCODE}`)] };
  }
  const dialect = readDialect(url.protocol.slice(0, -1), subject);
  const decoded = decodeParts(url, subject);
  const problems = [...problemsOf(dialect), ...problemsOf(decoded), ...misplaced(url, subject)];
  if ("problems" in dialect || "problems" in decoded || problems.length > 0) return { problems };
  return { value: toFields(url, decoded.value, dialect.value) };
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

function decodeParts(url: URL, subject: string): Reading<Decoded> {
  try {
    const [user = "", password = "", database = ""] = [url.username, url.password, url.pathname.slice(1)].map(
      decodeURIComponent,
    );
    if (database === "" || isDatabaseName(database)) return { value: { user, password, database } };
    return { problems: [invalid(`${subject} has a path that is not one database name`, `${URL_FORM} ${ENCODE}`)] };
  } catch {
    return { problems: [invalid(`${subject} has a % that is not followed by two hexadecimal digits`, ENCODE)] };
  }
}

function misplaced(url: URL, subject: string): readonly Problem[] {
  const problems: Problem[] = [];
  if (url.hostname !== "" && !isHost(hostOf(url))) {
    problems.push(invalid(`${subject} has a host that is neither a name nor an address`, URL_FORM));
  }
  if (url.port !== "" && toPort(url.port) === undefined) {
    problems.push(invalid(`${subject} has a port that is not a number from 1 to 65535`, URL_FORM));
  }
  if (url.hash !== "") problems.push(invalid(`${subject} has an unencoded #`, ENCODE));
  if (url.search !== "") {
    const tls = "TLS is always on and verified unless DATABASE_TLS=off.";
    problems.push(invalid(`${subject} has parameters after a ?, and none are known`, `Remove them; ${tls}`));
  }
  return problems;
}
