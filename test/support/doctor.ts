import { doctor } from "../../lib/assemble-doctor";
import type { RemoteSource } from "../../lib/doctor/doctor";
import type { CheckName, Finding } from "../../lib/finding";
import type { Log } from "../../lib/log";
import type { DialectName } from "../../lib/migration";
import type { Report } from "../../lib/report";
import { withOwnDatabase } from "../../lib/settings/choose-database";
import { createLogins } from "../../lib/settings/secret";
import { readSettings } from "../../lib/settings/settings";
import { watchTarget } from "../../lib/settings/target";

const silent: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

interface Asked {
  readonly dialect?: DialectName;
  readonly patienceMs?: number;
  readonly s3?: RemoteSource;
}

/** Asks the doctor of a function with these settings, as a trigger would. */
export async function diagnose(env: Readonly<Record<string, string>>, asked: Asked = {}): Promise<Report> {
  const url = env.DATABASE_URL ?? "";
  const { dialect = url.startsWith("postgres") ? "postgres" : "mysql", patienceMs = 25_000, s3 } = asked;
  const settings = readSettings(env, dialect);
  const { logins, target } = watchTarget(createLogins(settings), settings);
  const examine = doctor({
    settings,
    logins: withOwnDatabase(logins),
    places: () => {
      const database = target();
      return { ...(database && { database }), ...(s3 && { s3: s3.endpoint }) };
    },
    source: {
      location: "the test",
      load: async () => {
        await s3?.check();
        return [];
      },
    },
    log: silent,
    name: undefined,
  });
  return examine({ action: "doctor" }, { requestId: "test", patienceMs, whenRunning: "answer" });
}

export function findingOf({ findings = [] }: Report, check: CheckName): Finding {
  const found = findings.find((each) => each.check === check);
  if (!found) throw new Error(`There is no finding of ${check}`);
  return found;
}

/** What came of each check that was not skipped. */
export function resultsOf({ findings = [] }: Report): Readonly<Record<string, Finding["result"]>> {
  const looked = findings.filter(({ result }) => result !== "skipped");
  return Object.fromEntries(looked.map(({ check, result }) => [check, result]));
}
