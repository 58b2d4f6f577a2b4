import type { Finding } from "../finding";
import type { Access } from "../settings/access";
import { endpointOf } from "../settings/endpoints";
import { unwrap } from "../settings/problems";
import { noSecret } from "../settings/secret";
import { readSecret } from "../settings/secret-text";
import { createSecretsManager } from "../settings/secrets-manager";
import { check, skipped, type Until, type Verdict, within } from "./check";
import { reachVerdict } from "./reach";
import { secretsManagerSubject, unanswered } from "./subject";

/** Whether the secret can be read, says all that is needed, and is what the database will go on to accept. */
export async function secretFinding(access: Access, until: Until): Promise<Finding> {
  if (access.kind !== "secret") return skipped("secrets-manager", "The login does not come from a secret.");
  return check("secrets-manager", until, async (end) => {
    const endpoint = endpointOf("secretsmanager", access.region);
    const unreached = await reachVerdict(endpoint, secretsManagerSubject(endpoint.port), end);
    return unreached ?? (await within(end, () => secretVerdict(access))) ?? unanswered("Secrets Manager");
  });
}

async function secretVerdict({ id, region, given, database }: Extract<Access, { kind: "secret" }>): Promise<Verdict> {
  const secrets = createSecretsManager(id, region);
  const [current, pending] = await Promise.all([
    secrets.read("AWSCURRENT"),
    secrets.read("AWSPENDING").catch(() => undefined),
  ]);
  if (current === undefined) throw noSecret();
  unwrap(readSecret(current, given, database));
  if (pending === undefined || pending === current)
    return { result: "ok", message: "The secret is there and complete." };
  return {
    result: "warning",
    message: "The secret is there and complete, and a rotation of it is under way or was left unfinished.",
    advice: "Its AWSPENDING version is tried when the database refuses AWSCURRENT; see how the rotation ended.",
  };
}
