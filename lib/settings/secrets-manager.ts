import { awsErrorName, CREDENTIALS_ADVICE, whoAnswered } from "../aws-error";
import { MigratorError } from "../errors";
import { invalid, invalidSettings } from "./problems";
import { isPlain, requestSecret, type SecretVersion } from "./secret-request";

export interface SecretsManager {
  /**
   * Text of the secret at this stage; undefined when there is no such secret, or no such version of it.
   * @throws MigratorError `INVALID_SETTINGS` when reading is refused, `UNREACHABLE` when nobody answers. Neither has a
   * cause: the SDK's own texts hold the secret's id.
   */
  read(stage: SecretVersion["stage"]): Promise<string | undefined>;
}

/**
 * In a subnet without a route to Secrets Manager packets vanish without an answer, and this must be said before an HTTP
 * caller is gone: two attempts, of which the SDK's have 2 s to connect and 5 s to be answered. Milliseconds.
 */
const PATIENCE = { connectionTimeout: 2_000, requestTimeout: 5_000, throwOnRequestTimeout: true } as const;
const ATTEMPTS = 2;

/**
 * In a Lambda the first attempt is a plain request, and where that gives a secret, the SDK is never loaded. Whoever has a
 * `DATABASE_URL` pays nothing for either. Endpoint and credentials come from the SDK's own variables
 * (`AWS_ENDPOINT_URL_SECRETS_MANAGER`, `AWS_ACCESS_KEY_ID` …).
 */
export function createSecretsManager(id: string, region: string): SecretsManager {
  return {
    read: async (stage) => {
      const version = { id, region, stage };
      if (!isPlain(process.env)) return readWithSdk(version, ATTEMPTS);
      const requested = await requestSecret(version);
      if (typeof requested === "object") return requested.text;
      // After a refusal, which was quick, the SDK has both: one that is due to our clock shows it the right time.
      return readWithSdk(version, requested === "refused" ? ATTEMPTS : ATTEMPTS - 1);
    },
  };
}

async function readWithSdk({ id, region, stage }: SecretVersion, maxAttempts: number): Promise<string | undefined> {
  const { GetSecretValueCommand, SecretsManagerClient } = await import("@aws-sdk/client-secrets-manager");
  const client = new SecretsManagerClient({ region, maxAttempts, requestHandler: PATIENCE });
  try {
    const answer = await client.send(new GetSecretValueCommand({ SecretId: id, VersionStage: stage }));
    if (answer.SecretString !== undefined) return answer.SecretString;
    throw invalidSettings([invalid("The secret is binary", "Store it as text: JSON, or a URL.")]);
  } catch (error) {
    if (awsErrorName(error) === "ResourceNotFoundException") return undefined;
    throw error instanceof MigratorError ? error : refusal(error);
  } finally {
    client.destroy();
  }
}

const ROUTE =
  "There is no route to Secrets Manager from this subnet: add an interface endpoint for it, open to the function's " +
  "security group, or a NAT gateway.";
const ROLE =
  "Allow the function's role secretsmanager:GetSecretValue on the secret, and kms:Decrypt if it has a key of its own.";

/**
 * Error names of the SDK and what they mean here:
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html and CommonErrors.html.
 */
const REFUSALS: ReadonlyMap<string, readonly [message: string, advice: string]> = new Map([
  ["AccessDeniedException", ["The secret may not be read", ROLE]],
  ["DecryptionFailure", ["The secret cannot be decrypted with its key", ROLE]],
  ["InvalidRequestException", ["The secret is being deleted, or has no value yet", "Restore it, or give it a value."]],
  ["CredentialsProviderError", ["There are no AWS credentials", CREDENTIALS_ADVICE]],
  ["UnrecognizedClientException", ["AWS does not know these credentials", CREDENTIALS_ADVICE]],
  ["ExpiredTokenException", ["The AWS credentials have expired", CREDENTIALS_ADVICE]],
  ["InvalidSignatureException", ["AWS does not accept the signature of these credentials", CREDENTIALS_ADVICE]],
]);

/** What an error of the AWS SDK means to the person who set this up. */
function refusal(error: unknown): MigratorError {
  const name = awsErrorName(error);
  const known = REFUSALS.get(name);
  if (known !== undefined) return invalidSettings([invalid(...known)]);
  switch (whoAnswered(error)) {
    case "nobody":
      return new MigratorError("UNREACHABLE", `Secrets Manager does not answer (${name})`, { advice: ROUTE });
    case "somebody else":
      return new MigratorError("UNREACHABLE", "Something that is not Secrets Manager answers in its place", {
        advice:
          "Look at AWS_ENDPOINT_URL_SECRETS_MANAGER, at proxies, and at what its name resolves to in this subnet.",
      });
    case "refused":
      return invalidSettings([invalid(`Secrets Manager refused to give the secret (${name})`, ROLE)]);
    case "in trouble":
      return new MigratorError("UNREACHABLE", `Secrets Manager is in trouble (${name})`, {
        advice: "Call again later.",
      });
  }
}
