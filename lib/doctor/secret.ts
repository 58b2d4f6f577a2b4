import { MigratorError } from "../errors";
import type { Finding } from "../finding";
import type { Access } from "../settings/access";
import { endpointOf } from "../settings/endpoints";
import { readSecret } from "../settings/secret-text";
import { createSecretsManager } from "../settings/secrets-manager";
import { check, finding, sentence, type Until, type Verdict } from "./check";
import { reachVerdict } from "./reach";
import { failed, secretsManagerSubject } from "./subject";

/** Whether the secret can be read, says all that is needed, and is what the database will go on to accept. */
export async function secretFinding(access: Access, until: Until): Promise<Finding> {
  if (access.kind !== "secret")
    return finding("secrets-manager", { result: "skipped", message: "The login does not come from a secret." });
  return check("secrets-manager", until, async (end) => {
    const endpoint = endpointOf("secretsmanager", access.region);
    // Begun together: what the network has to say is wanted only if the service itself says nothing.
    const network = reachVerdict(endpoint, secretsManagerSubject(endpoint.port), end);
    try {
      return await secretVerdict(access);
    } catch (error) {
      const verdict = error instanceof MigratorError && error.code === "UNREACHABLE" ? await network : undefined;
      if (verdict) return verdict;
      throw error;
    }
  });
}

async function secretVerdict({ id, region, given }: Extract<Access, { kind: "secret" }>): Promise<Verdict> {
  const secrets = createSecretsManager(id, region);
  const [current, pending] = await Promise.all([
    secrets.read("AWSCURRENT"),
    secrets.read("AWSPENDING").catch(() => undefined),
  ]);
  if (current === undefined) {
    return failed(
      "DATABASE_SECRET_ID names no secret in this account and region.",
      "Compare it with the name in Secrets Manager, and the region with the function's.",
    );
  }
  const read = readSecret(current, given);
  if ("problems" in read) {
    const [message, advice] = [read.problems.map((each) => each.message), read.problems.map((each) => each.advice)];
    return failed(sentence(message.join("; ")), advice.join(" "));
  }
  if (pending === undefined || pending === current)
    return { result: "ok", message: "The secret is there and complete." };
  return {
    result: "warning",
    message: "The secret is there and complete, and a rotation of it is under way or was left unfinished.",
    advice: "Its AWSPENDING version is tried when the database refuses AWSCURRENT; see how the rotation ended.",
  };
}
