import type { Call, MigrateCommand } from "../../lib/command";
import { MigratorError } from "../../lib/errors";
import type { Log } from "../../lib/log";
import type { Report } from "../../lib/report";
import { s3Trigger } from "../../lib/trigger/s3";
import type { Assembly, Uploads } from "../../lib/trigger/trigger";
import { reportOf } from "./trigger";

export const UPLOADS: Uploads = {
  location: { bucket: "uploads", prefix: "live/" },
  rootDatabase: "mysql",
  atOnce: 2,
  databases: async () => ["orders", "shop"],
  holds: async () => false,
};

/** What each look at a database gives, in turn; then there is nothing to do. */
export type Script = Readonly<Record<string, readonly (Report | Error)[]>>;

export interface World {
  readonly script?: Script;
  readonly uploads?: Partial<Uploads>;
  readonly remainingMs?: number;
}

interface Logged {
  readonly level: keyof Log;
  readonly message: string;
  readonly data: unknown;
}

export interface Seen {
  readonly answer?: unknown;
  readonly error?: Error;
  /** Databases in the order in which they were looked at. */
  readonly looked: readonly (string | undefined)[];
  readonly calls: readonly Call[];
  readonly logged: readonly Logged[];
}

export const nothing: Report = { ...reportOf("done"), done: [] };
export const something = reportOf("done");
export const incomplete = new MigratorError("UPLOAD_INCOMPLETE", "1_a.sql is not there yet.", { advice: "Upload it." });

/** Hands an event to the trigger, with a Migrator that plays the script. */
export async function playS3(
  event: unknown,
  { script = {}, uploads = {}, remainingMs = 900_000 }: World = {},
): Promise<Seen> {
  const asked: { readonly command: MigrateCommand; readonly call: Call }[] = [];
  const logged: Logged[] = [];
  const at = (level: keyof Log) => (message: string, data?: unknown) => void logged.push({ level, message, data });
  const left = new Map(Object.entries(script).map(([database, results]) => [database, [...results]]));
  const assemble = (): Assembly => ({
    migrator: {
      run: async (command, call) => {
        asked.push({ command: command as MigrateCommand, call });
        const result = left.get(command.database ?? "")?.shift() ?? nothing;
        if (result instanceof Error) throw result;
        return result;
      },
    },
    httpPatienceMs: 25_000,
    log: { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") },
    uploads: { ...UPLOADS, ...uploads },
  });
  const context = { awsRequestId: "request-1", getRemainingTimeInMillis: () => remainingMs };
  const outcome = await s3Trigger()
    .handle({ event, context, assemble })
    .then(
      (answer) => ({ answer }),
      (error: Error) => ({ error }),
    );
  return {
    ...outcome,
    looked: asked.map(({ command }) => command.database),
    calls: asked.map(({ call }) => call),
    logged,
  };
}
