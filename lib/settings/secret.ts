import { MigratorError } from "../errors";
import type { InstanceLogin, InstanceLogins } from "../login";
import { conceal } from "./conceal";
import type { CompleteFields } from "./fields";
import { createIamToken } from "./iam";
import { invalid, invalidSettings, unwrap } from "./problems";
import { readSecret } from "./secret-text";
import { createSecretsManager, type SecretsManager } from "./secrets-manager";
import type { Settings } from "./settings";
import { authoritiesFor, type Tls } from "./tls";

/**
 * The logins of these settings. Create it once per container: what was read of a secret is kept in it.
 *
 * - A URL gives one login.
 * - A secret gives the login that is kept; after a refusal AWSCURRENT as it is now, if it has changed; after another
 *   one AWSPENDING, if there is one that differs: a rotation changes the database before it moves the label
 *   (https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html).
 * - IAM gives one login with a token made at that moment; it opens connections for 15 minutes.
 */
export function createLogins({ access, tls }: Pick<Settings, "access" | "tls">): InstanceLogins {
  switch (access.kind) {
    case "url": {
      const login = toLogin(access.fields, tls);
      return async function* () {
        yield login;
      };
    }
    case "iam":
      return async function* () {
        const password = await createIamToken(access.target, access.region);
        yield toLogin({ ...access.target, password, token: true }, tls);
      };
    case "secret": {
      const toSecretLogin = (text: string) => toLogin(unwrap(readSecret(text, access.given, access.database)), tls);
      return fromSecret(createSecretsManager(access.id, access.region), toSecretLogin);
    }
  }
}

interface Read {
  readonly text: string;
  readonly login: InstanceLogin;
}

function fromSecret(secrets: SecretsManager, toSecretLogin: (text: string) => InstanceLogin): InstanceLogins {
  // Only what was understood is kept, so that a secret that was put right is read again without a new container.
  let kept: Read | undefined;
  let reading: Promise<Read> | undefined;
  const read = async (): Promise<Read> => {
    const text = await secrets.read("AWSCURRENT");
    if (text === undefined) throw noSecret();
    kept = { text, login: toSecretLogin(text) };
    return kept;
  };
  // Several databases are connected to at once; one answer will do for all of them.
  const readCurrent = () => {
    reading ??= read().finally(() => {
      reading = undefined;
    });
    return reading;
  };
  return async function* () {
    const first = kept ?? (await readCurrent());
    yield first.login;
    const current = kept && kept !== first ? kept : await readCurrent();
    if (current.text !== first.text) yield current.login;
    const pending = await ifUsable(async () => {
      const text = await secrets.read("AWSPENDING");
      return text === undefined || text === current.text || text === first.text
        ? undefined
        : { text, login: toSecretLogin(text) };
    });
    if (pending === undefined) return;
    // Whoever gets in with it does not come back here, and the next one begins with it.
    kept = pending;
    yield pending.login;
    kept = current;
  };
}

/** A pending version that is unfinished or may not be read is none: that the others were refused is what counts. */
async function ifUsable<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof MigratorError && error.code === "INVALID_SETTINGS") return undefined;
    throw error;
  }
}

function noSecret(): MigratorError {
  const advice = "Compare it with the name in Secrets Manager, and the region with the function's.";
  return invalidSettings([invalid("DATABASE_SECRET_ID names no secret in this account and region", advice)]);
}

function toLogin(fields: CompleteFields & { readonly token?: true }, tls: Tls): InstanceLogin {
  const { dialect, host, port, user, password, database, token } = fields;
  const ca = authoritiesFor(host, tls);
  return conceal(
    { dialect, port, user, ...(database !== undefined && { database }), token: token ?? false },
    { host, password, ...(ca === undefined ? {} : { tls: { ca } }) },
  );
}
