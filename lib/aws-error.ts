/** The SDK calls an answer "Unknown" that has no error type, and does not say whose fault is what it cannot parse. */
export function whoAnswered(error: unknown): "nobody" | "somebody else" | "refused" | "in trouble" {
  if (!isObject(error)) return "nobody";
  const answered = isObject(error.$metadata) && error.$metadata.httpStatusCode !== undefined;
  if (error.$fault === undefined) return answered ? "somebody else" : "nobody";
  if (error.name === "Unknown") return "somebody else";
  // A throttled call is the caller's fault to the SDK, but nothing that a setting can change.
  const passes = error.name === "ThrottlingException" || error.name === "SlowDown";
  return error.$fault === "client" && !passes ? "refused" : "in trouble";
}

/** What an error of the AWS SDK is called. A network error says more by its code: `ECONNREFUSED`. */
export function awsErrorName(error: unknown): string {
  if (!isObject(error)) return "unknown error";
  return String(error.code ?? error.name);
}

/** What to do when AWS is to be called and there is nobody to call it as. */
export const CREDENTIALS_ADVICE =
  "Give the function a role; outside Lambda, set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN.";

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
