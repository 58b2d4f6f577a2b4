import type { Call, DoctorCommand } from "./command";
import type { Database, Deadline } from "./database/database";
import { createKept, type Kept } from "./database/kept";
import { createMysql } from "./database/mysql";
import { createPostgres } from "./database/postgres";
import { explaining } from "./doctor/explain";
import type { Places, Target } from "./doctor/places";
import { createDatabasesMigrator } from "./engine/databases";
import { createMigrator, type Migrator } from "./engine/migrator";
import type { Log } from "./log";
import type { InstanceLogins, Logins } from "./login";
import type { DialectName } from "./migration";
import type { Report } from "./report";
import { withDatabase, withDefault, withOwnDatabase } from "./settings/choose-database";
import { endpointOf } from "./settings/endpoints";
import { isDatabaseName } from "./settings/fields";
import { createLogger } from "./settings/logger";
import { createLogins } from "./settings/secret";
import { readSettings, type Settings } from "./settings/settings";
import { watchTarget } from "./settings/target";
import type { Source } from "./source/source";
import type { Invocation, Uploads } from "./trigger/trigger";
import { isPattern } from "./wildcard";

/** Where the migrations of each database come from. */
export interface Sources {
  /** Without a name, of the one that the settings name. */
  open(database: string | undefined): Source;
  /** What patterns can mean, where that is for the Source to say: which databases it has migrations for. */
  names?(deadline: Deadline): Promise<readonly string[]>;
  readonly uploads?: Uploads;
}

export type CreateSources = (settings: Settings, logins: InstanceLogins) => Sources;

/** What a doctor of one database is made of. */
export interface DoctorParts {
  readonly settings: Settings;
  readonly logins: Logins;
  readonly places: () => Places;
  readonly source: Source;
  readonly log: Log;
  /** The database that the Command names. */
  readonly name: string | undefined;
}

export type Examine = (command: DoctorCommand, call: Call) => Promise<Report>;
/** Only functions that know its command have a doctor in them: see `assemble-doctor.ts`. */
export type MakeDoctor = (parts: DoctorParts) => Examine;

/** What not every caller has, or has otherwise. */
export interface AssemblyParts {
  readonly makeDoctor?: MakeDoctor;
  /** Default: lines for CloudWatch Logs on standard output. */
  readonly createLog?: typeof createLogger;
  /** A call on the database of the settings that has only read leaves its connection to the next one. Default: it is closed. */
  readonly connection?: "kept";
}

interface AssemblyOptions extends AssemblyParts {
  readonly dialect: DialectName;
  readonly createSources: CreateSources;
}

/** The only place that wires: what triggers work with, from the environment. */
export function createAssembly(options: AssemblyOptions): Invocation["assemble"] {
  const { dialect, makeDoctor } = options;
  // What was read is kept for the container's life; what could not be read is read again.
  let parts: ReturnType<typeof wire> | undefined;
  return (runId) => {
    parts ??= orLog(options, runId, () => wire(options));
    const { settings, sources, logins, logger, names, places, kept } = parts;
    const { late, protect, bundle, httpPatienceMs, databasesAtOnce: atOnce, databases: allowed } = settings;
    const runLog = logger.withRun(runId);
    const logOf = (database?: string) => (database === undefined ? runLog : logger.withRun(runId, database));
    const migrator = createDatabasesMigrator({
      open: (name) => {
        const own = loginsTo(name, settings, logins);
        const [source, log] = [sources.open(name), logOf(name)];
        const database = databaseOf(settings, own, name === undefined ? kept : undefined);
        const migrator = createMigrator({ source, database, late, ...(protect && { protect }), bundle, log });
        return explained(migrator, places, makeDoctor?.({ settings, logins: own, places, source, log, name }));
      },
      names: (deadline) => explaining(deadline.remainingMs(), places, () => names(deadline)),
      ...(allowed && { allowed }),
      isName: (name) => isDatabaseName(name, dialect),
      atOnce,
      logOf,
    });
    return { log: runLog, httpPatienceMs, migrator, ...(sources.uploads && { uploads: sources.uploads }) };
  };
}

function wire({ dialect, createSources, createLog = createLogger, connection }: AssemblyOptions) {
  const settings = readSettings(process.env, dialect);
  const { logins, target } = watchTarget(createLogins(settings), settings);
  const sources = createSources(settings, logins);
  const names = sources.names ?? namesOf(settings, logins);
  const places = () => placesOf(settings, sources, target());
  const kept = connection && createKept();
  return { settings, logins, logger: createLog(settings), sources, names, places, kept };
}

function placesOf({ access }: Settings, { uploads }: Sources, database: Target | undefined): Places {
  return {
    ...(database && { database }),
    ...(access.kind === "secret" && { secretsManager: endpointOf("secretsmanager", access.region) }),
    ...(uploads && { s3: endpointOf("s3") }),
  };
}

/** The doctor's command is the doctor's; the errors of all others say what stands in the way. */
function explained(migrator: Migrator, places: () => Places, examine?: Examine): Migrator {
  return {
    run: (command, call) =>
      command.action === "doctor" && examine
        ? examine(command, call)
        : explaining(call.patienceMs, places, () => migrator.run(command, call)),
  };
}

/** What patterns can mean: what DATABASES names, and where it has patterns, what is on the server besides. */
function namesOf(settings: Settings, logins: InstanceLogins): (deadline: Deadline) => Promise<readonly string[]> {
  const { databases = [], dialect, rootDatabase } = settings;
  const named = databases.filter((entry) => !isPattern(entry));
  // MySQL lets everybody into this one, and tells the same everywhere.
  const lobby = dialect === "mysql" ? withDatabase(logins, "information_schema") : withDefault(logins, rootDatabase);
  return async (deadline) => {
    if (named.length === databases.length) return named;
    const there = await databaseOf(settings, lobby).list(deadline);
    // The maintenance database is meant only by its name.
    return [...new Set([...named, ...there.filter((name) => name !== rootDatabase)])];
  };
}

/** Which database the logins of a call are for; what is not allowed has been refused by then. */
function loginsTo(name: string | undefined, { databases }: Settings, logins: InstanceLogins): Logins {
  return name === undefined || !databases ? withOwnDatabase(logins, name) : withDatabase(logins, name);
}

function databaseOf(settings: Settings, logins: Logins, kept?: Kept): Database {
  const { dialect, tables, schema, lockTimeoutSeconds } = settings;
  const options = { logins, tables, lockTimeoutSeconds, ...(kept && { kept }) };
  return dialect === "postgres" ? createPostgres({ ...options, schema }) : createMysql(options);
}

/** Without settings there is no log level either, but the log is where somebody will look. */
function orLog<T>({ createLog = createLogger }: AssemblyOptions, runId: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    createLog({ logLevel: "info" }).withRun(runId).error("the settings cannot be used", { error });
    throw error;
  }
}
