import { awsErrorName, CREDENTIALS_ADVICE, whoAnswered } from "../aws-error";
import { MigratorError } from "../errors";
import { shown } from "./file-names";

const ROUTE = "There is no route to S3 from this subnet: add a gateway endpoint for it, or a NAT gateway.";
const ROLE =
  "Allow the function's role s3:ListBucket on the bucket and s3:GetObject on what is below the prefix, and kms:Decrypt if " +
  "the bucket has a key of its own.";
const ENDPOINT =
  "Correct AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL, if one is set: it must begin with http:// or https://. Look at AWS_REGION.";
const LOCATION = "Correct MIGRATIONS_S3, or create the bucket in the function's region.";

/**
 * Error names of the SDK and what they mean here:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
const REFUSALS: ReadonlyMap<string, readonly [message: string, advice: string]> = new Map([
  ["AccessDenied", ["The bucket may not be listed, or its objects not be read", ROLE]],
  ["NoSuchBucket", ["There is no such bucket", LOCATION]],
  ["PermanentRedirect", ["The bucket is in another region", LOCATION]],
  ["InvalidObjectState", ["An object is archived, and cannot be read before it is restored", "Restore it."]],
  ["CredentialsProviderError", ["There are no AWS credentials", CREDENTIALS_ADVICE]],
  [
    "ERR_INVALID_URL",
    ["AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL is no URL, so there is no way to the bucket", ENDPOINT],
  ],
  ["EndpointError", ["There is no endpoint of S3 by these settings", ENDPOINT]],
  ["InvalidAccessKeyId", ["AWS does not know these credentials", CREDENTIALS_ADVICE]],
  ["ExpiredToken", ["The AWS credentials have expired", CREDENTIALS_ADVICE]],
  ["SignatureDoesNotMatch", ["AWS does not accept the signature of these credentials", CREDENTIALS_ADVICE]],
]);

/** What an error of the AWS SDK means to the person who set this up. It has no cause: the SDK's texts name the account. */
export function refusal(location: string, error: unknown): MigratorError {
  const name = awsErrorName(error);
  const known = REFUSALS.get(name);
  if (known !== undefined) {
    const [message, advice] = known;
    return new MigratorError("INVALID_SETTINGS", `${message}: ${location}`, { advice });
  }
  switch (whoAnswered(error)) {
    case "nobody":
      return new MigratorError("UNREACHABLE", `S3 does not answer (${name})`, { advice: ROUTE });
    case "somebody else":
      return new MigratorError("UNREACHABLE", "Something that is not S3 answers in its place", {
        advice: "Look at AWS_ENDPOINT_URL_S3, at proxies, and at what its name resolves to in this subnet.",
      });
    case "refused":
      return new MigratorError("INVALID_SETTINGS", `S3 refused to read ${location} (${name})`, { advice: ROLE });
    case "in trouble":
      return new MigratorError("UNREACHABLE", `S3 is in trouble (${name})`, { advice: "Call again later." });
  }
}

/** The caller waits no longer. */
export function outOfTime(location: string): MigratorError {
  return new MigratorError("UNREACHABLE", `The time was up before S3 had answered: ${location}`, {
    advice: "Call again with more time; if that does not help, look for the subnet's route to S3.",
  });
}

/** The SDK compares what arrives with the checksum that S3 has of it. */
export function damaged(key: string, error: unknown): MigratorError {
  const message = `${shown(key)} arrived in part, or damaged (${awsErrorName(error)})`;
  return new MigratorError("UNREACHABLE", message, {
    advice: "Call again; upload it once more if that does not help.",
  });
}

/** What has been uploaded so far is no set yet. */
export function uploadIncomplete(message: string): MigratorError {
  return new MigratorError("UPLOAD_INCOMPLETE", message, {
    advice: "Upload the rest and call again; nothing was run.",
  });
}
