import type { InstanceLogin, InstanceLogins } from "../login";
import { DEFAULT_PORTS } from "./dialect";
import type { Fields } from "./fields";
import type { Settings } from "./settings";
import { authoritiesFor } from "./tls";

/** Where the database is, and how it is to be verified. */
export type DatabaseTarget = Pick<InstanceLogin, "dialect" | "host" | "port" | "tls">;

/** The same logins, and what is known of where the database is: from the last login, else from the settings. */
export function watchTarget(
  logins: InstanceLogins,
  settings: Pick<Settings, "access" | "tls">,
): { readonly logins: InstanceLogins; readonly target: () => DatabaseTarget | undefined } {
  let last: DatabaseTarget | undefined = fromSettings(settings);
  return {
    logins: async function* () {
      for await (const login of logins()) {
        last = login;
        yield login;
      }
    },
    target: () => last,
  };
}

/** The database that the settings name, where they do so outside of a secret. */
export function knownDatabase(access: Settings["access"]): string | undefined {
  return fieldsOf(access).database;
}

function fromSettings({ access, tls }: Pick<Settings, "access" | "tls">): DatabaseTarget | undefined {
  const { dialect, host, port } = fieldsOf(access);
  if (host === undefined) return undefined;
  const ca = authoritiesFor(host, tls);
  return { dialect, host, port: port ?? DEFAULT_PORTS[dialect], ...(ca && { tls: { ca } }) };
}

function fieldsOf(access: Settings["access"]): Fields {
  switch (access.kind) {
    case "url":
      return access.fields;
    case "iam":
      return access.target;
    case "secret":
      return access.given;
  }
}
