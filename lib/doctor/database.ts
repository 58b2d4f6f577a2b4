import { MigratorError } from "../errors";
import type { Examination, Examiner, RefusedLogin } from "../examination";
import type { CheckName, Finding } from "../finding";
import { check, finding, isFailed, leftMs, sentence, skipped, type Until, within } from "./check";
import type { Target } from "./places";
import { afterFailed, type NameFinding, nameFinding, networkFindings, reached, secured } from "./reach";
import { sessionFindings } from "./session";
import { failed } from "./subject";

export interface DatabaseOptions {
  readonly examiner: Examiner;
  /** Where the database is, as far as it is known at this moment: a secret that was read may have told. */
  target(): Target | undefined;
}

export interface DatabaseFindings {
  /** The database's name, once somebody is logged in. */
  readonly name?: string;
  readonly findings: readonly Finding[];
}

const LOGIN: readonly CheckName[] = ["authentication"];
const SESSION: readonly CheckName[] = ["version", "writer", "clock", "privileges", "pooler"];

/** A secret that takes longer than so many milliseconds may not come at all: meanwhile the way to the database is looked at. */
const SLOW_MS = 1_500;

const skippedAfter = (cause: CheckName, checks: readonly CheckName[]) =>
  checks.map((name) => skipped(name, afterFailed(cause)));

/**
 * From `dns` to `pooler`. The login is tried first, and the way to the server looked at only where nobody answered: a
 * connection that ends before its login counts against this host on MySQL, which at last locks it out (max_connect_errors).
 * @throws MigratorError `INVALID_COMMAND` when the settings name no database, or another one than the Command
 */
export async function databaseFindings(
  { examiner, target }: DatabaseOptions,
  secret: Promise<Finding>,
  until: Until,
): Promise<DatabaseFindings> {
  const known = target();
  const early = known && nameFinding(known, until);
  const inTime = await within(Math.min(until, performance.now() + SLOW_MS), () => secret);
  const meanwhile = inTime ? undefined : wayFindings(known, until, early);
  if (isFailed(inTime ?? (await secret))) {
    const way = await (meanwhile ?? wayFindings(known, until, early));
    return { findings: [...way, ...skippedAfter("secrets-manager", [...LOGIN, ...SESSION])] };
  }
  const { finding: authentication, opened } = await logIn(examiner, until);
  const found = target();
  if (!found || !opened || (opened.kind === "refused" && opened.by === "anything")) {
    const way = await wayFindings(found, until, early);
    const cause = way.find(isFailed);
    const login = cause ? skipped("authentication", afterFailed(cause.check)) : authentication;
    return { findings: [...way, login, ...skippedAfter("authentication", SESSION)] };
  }
  const dns = (await (early ?? nameFinding(found, until))).finding;
  const way = [dns, finding("tcp", reached(found.port)), finding("tls", secured(found)), authentication];
  if (opened.kind === "refused") return { findings: [...way, ...skippedAfter("authentication", SESSION)] };
  try {
    return { name: opened.database, findings: [...way, ...(await sessionFindings(opened, found.host, until))] };
  } finally {
    opened.close();
  }
}

async function wayFindings(
  target: Target | undefined,
  until: Until,
  name: Promise<NameFinding> | undefined,
): Promise<readonly Finding[]> {
  if (target) return networkFindings(target, until, name);
  return (["dns", "tcp", "tls"] as const).map((each) => skipped(each, "Where the database is, is in the secret."));
}

interface LoggedIn {
  readonly finding: Finding;
  /** Absent where nobody answered in time. */
  readonly opened?: Examination | RefusedLogin;
}

async function logIn(examiner: Examiner, until: Until): Promise<LoggedIn> {
  const state: { opened?: Examination | RefusedLogin; mistaken?: MigratorError; over?: true } = {};
  const authentication = await check("authentication", until, async (end) => {
    const opened = await examiner.open(leftMs(end)).catch((error: unknown) => {
      if (error instanceof MigratorError && error.code === "INVALID_COMMAND") state.mistaken = error;
      throw error;
    });
    if (opened.kind === "open" && state.over) opened.close();
    state.opened = opened;
    if (opened.kind === "open") return { result: "ok", message: "The database accepts the login." };
    return failed(sentence(opened.error.message), opened.error.advice ?? "");
  });
  state.over = true;
  if (state.mistaken) throw state.mistaken;
  return { finding: authentication, ...(state.opened && { opened: state.opened }) };
}
