import { createHash, createHmac } from "node:crypto";
import { request as overHttp, type RequestOptions } from "node:http";
import { request as overHttps } from "node:https";
import { endpointOf } from "./endpoints";
import type { Environment } from "./variables";

/** A version of a secret, as Secrets Manager is asked for it. */
export interface SecretVersion {
  readonly id: string;
  readonly region: string;
  /** The one that is in use, or the one that a rotation under way is about to put in use. */
  readonly stage: "AWSCURRENT" | "AWSPENDING";
}

/** For the whole request, milliseconds: who does not answer within that has to be looked into. */
const PATIENCE_MS = 2_000;

/**
 * Whether one plain request will do: a Lambda has its credentials in the environment, and no profile says otherwise. What
 * endpoints for FIPS and IPv6 are called, the SDK knows.
 */
export function isPlain(env: Environment): boolean {
  const special = env.AWS_USE_FIPS_ENDPOINT || env.AWS_USE_DUALSTACK_ENDPOINT || env.AWS_PROFILE;
  return Boolean(env.AWS_LAMBDA_FUNCTION_NAME && env.AWS_ACCESS_KEY_ID && env.AWS_SECRET_ACCESS_KEY && !special);
}

/** `refused`: there was another answer, which the SDK is there to find out about. `silent`: there was none in time. */
export type Requested = { readonly text: string } | "refused" | "silent";

/** Asks once, without the SDK: to load that and to go through it takes 40 ms of CPU, and its signer alone 15. */
export async function requestSecret(version: SecretVersion): Promise<Requested> {
  try {
    const text = textIn(await ask(version));
    return text === undefined ? "refused" : { text };
  } catch {
    return "silent";
  }
}

function textIn(answer: string): string | undefined {
  try {
    const { SecretString: text } = JSON.parse(answer) as { readonly SecretString?: unknown };
    return typeof text === "string" ? text : undefined;
  } catch {
    return undefined;
  }
}

function ask({ id, region, stage }: SecretVersion): Promise<string> {
  const { protocol, host, port } = endpointOf("secretsmanager", region);
  const body = JSON.stringify({ SecretId: id, VersionStage: stage });
  const usual = port === (protocol === "http:" ? 80 : 443);
  const called = (host.includes(":") ? `[${host}]` : host) + (usual ? "" : `:${port}`);
  const headers = signedHeaders({ host: called, region, body }, new Date(), process.env);
  const signal = AbortSignal.timeout(PATIENCE_MS);
  return answerTo({ protocol, host, port, method: "POST", headers, signal, agent: false }, body);
}

interface Unsigned {
  /** As the header says it: with the port, where that is not the usual one. */
  readonly host: string;
  readonly region: string;
  readonly body: string;
}

/**
 * The headers of a GetSecretValue with these credentials:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function signedHeaders(
  { host, region, body }: Unsigned,
  now: Date,
  { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN }: Environment,
): Readonly<Record<string, string>> {
  const date = now.toISOString().replace(/[:-]|\.\d{3}/g, "");
  // In the order of their names, as they are signed.
  const headers = {
    "content-type": "application/x-amz-json-1.1",
    host,
    "x-amz-date": date,
    ...(AWS_SESSION_TOKEN && { "x-amz-security-token": AWS_SESSION_TOKEN }),
    "x-amz-target": "secretsmanager.GetSecretValue",
  };
  const names = Object.keys(headers).join(";");
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}`);
  const request = ["POST", "/", "", ...lines, "", names, hash(body)].join("\n");
  const scope = [date.slice(0, 8), region, "secretsmanager", "aws4_request"];
  const key = scope.reduce<string | Buffer>(hmac, `AWS4${AWS_SECRET_ACCESS_KEY}`);
  const signature = hmac(key, ["AWS4-HMAC-SHA256", date, scope.join("/"), hash(request)].join("\n")).toString("hex");
  const credential = `${AWS_ACCESS_KEY_ID}/${scope.join("/")}`;
  const authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names}, Signature=${signature}`;
  return { ...headers, authorization };
}

const hash = (text: string) => createHash("sha256").update(text).digest("hex");

const hmac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();

function answerTo(options: RequestOptions, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = options.protocol === "http:" ? overHttp(options) : overHttps(options);
    request.on("error", reject).on("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("error", reject).on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => resolve(response.statusCode === 200 ? Buffer.concat(chunks).toString() : ""));
    });
    request.end(body);
  });
}
