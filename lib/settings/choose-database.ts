import { MigratorError } from "../errors";
import type { InstanceLogin, InstanceLogins, Login, Logins } from "../login";
import { conceal } from "./conceal";

/** The same logins, to this database. What was read of a secret is kept in `logins`, so it is read once for all databases. */
export function withDatabase(logins: InstanceLogins, name: string): Logins {
  return choosing(logins, () => name);
}

/** The same logins, to the database that they name themselves, or else to this one. */
export function withDefault(logins: InstanceLogins, name: string): Logins {
  return choosing(logins, (own) => own ?? name);
}

/**
 * The same logins, to the database that they name themselves.
 * @param asked the only one that will do
 * @throws MigratorError `INVALID_COMMAND` when the first login is asked for, and names none, or another one
 */
export function withOwnDatabase(logins: InstanceLogins, asked?: string): Logins {
  return choosing(logins, (own) => {
    if (own === undefined) throw noDatabase();
    if (asked !== undefined && asked !== own) throw notOwn(asked);
    return own;
  });
}

function choosing(logins: InstanceLogins, choose: (own: string | undefined) => string): Logins {
  return async function* () {
    for await (const login of logins()) yield toDatabase(login, choose(login.database));
  };
}

function toDatabase({ dialect, host, port, user, password, tls, token }: InstanceLogin, database: string): Login {
  return conceal({ dialect, port, user, database, token }, { host, password, ...(tls && { tls }) });
}

function noDatabase(): MigratorError {
  return new MigratorError("INVALID_COMMAND", "Neither the command nor the settings name a database.", {
    advice: "Name one in `database`, or several in `databases`, such as those that DATABASES has.",
  });
}

function notOwn(asked: string): MigratorError {
  return new MigratorError("INVALID_COMMAND", `${JSON.stringify(asked)} is not the database that the settings name.`, {
    advice: "Set DATABASES to the names and patterns of the databases that a command may name.",
  });
}
