import { CREDENTIALS_ADVICE } from "../aws-error";
import type { CompleteFields } from "./fields";
import { invalid, invalidSettings } from "./problems";

/**
 * Makes, without the network, a token that the database takes for a password, for 15 minutes from now:
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.Connecting.html
 * @throws MigratorError `INVALID_SETTINGS` when there are no AWS credentials.
 */
export async function createIamToken(target: Omit<CompleteFields, "password">, region: string): Promise<string> {
  const { Signer } = await import("@aws-sdk/rds-signer");
  const { host: hostname, port, user: username } = target;
  try {
    return await new Signer({ hostname, port, username, region }).getAuthToken();
  } catch {
    // Signing is arithmetic: what fails is finding the credentials, and the SDK's reasons name no more than that.
    throw invalidSettings([invalid("There are no AWS credentials to make an IAM token with", CREDENTIALS_ADVICE)]);
  }
}
