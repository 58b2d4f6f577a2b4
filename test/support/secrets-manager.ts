import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";

/** How the double treats GetSecretValue: as AWS does, or in one of the ways in which AWS makes trouble. */
export type Behaviour = "answer" | "deny" | "fail" | "hang" | "proxy" | "skew";

export interface SecretsManagerDouble {
  readonly url: string;
  /** What was asked for since the start, such as `GetSecretValue AWSCURRENT`. */
  readonly calls: readonly string[];
  /**
   * `deny`: AccessDeniedException. `fail`: status 500. `hang`: never answers. `proxy`: answers for somebody else.
   * `skew`: its clock is an hour ahead, and it takes nothing that was signed by another one.
   */
  behave(behaviour: Behaviour): void;
  stop(): Promise<void>;
}

interface Version {
  readonly id: string;
  readonly text: string;
}

interface Secret {
  readonly name: string;
  readonly arn: string;
  readonly stages: Map<string, Version>;
}

interface Call {
  readonly Name?: string;
  readonly SecretId?: string;
  readonly SecretString?: string;
  readonly VersionStage?: string;
  readonly VersionStages?: readonly string[];
}

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/**
 * A Secrets Manager on a free port, to be used through `AWS_ENDPOINT_URL_SECRETS_MANAGER`. It speaks the service's own
 * protocol (https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html) and passes the same contract as moto.
 */
export async function startSecretsManager(): Promise<SecretsManagerDouble> {
  const secrets: Secret[] = [];
  const calls: string[] = [];
  const sockets = new Set<Socket>();
  let behaviour: Behaviour = "answer";
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const operation = String(request.headers["x-amz-target"]).replace("secretsmanager.", "");
    const call = (await readJson(request)) as Call;
    calls.push([operation, call.VersionStage].filter(Boolean).join(" "));
    if (behaviour === "hang") return;
    const ahead = behaviour === "skew" ? Date.now() + 3_600_000 : undefined;
    const { status, body } = trouble(behaviour) ?? tooOld(request, ahead) ?? answer(secrets, operation, call);
    if (ahead !== undefined) response.setHeader("date", new Date(ahead).toUTCString());
    response.writeHead(status, { "content-type": "application/x-amz-json-1.1" }).end(JSON.stringify(body));
  };
  const server = createServer((request, response) => void handle(request, response));
  server.on("connection", (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    behave: (next) => {
      behaviour = next;
    },
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function trouble(behaviour: Behaviour): Answer | undefined {
  if (behaviour === "deny") return refuse("AccessDeniedException", "User: arn:aws:iam::1:role/f is not authorized");
  if (behaviour === "fail")
    return { ...refuse("InternalServiceError", "An error occurred on the server side."), status: 500 };
  if (behaviour === "proxy") return { status: 404, body: {} };
  return undefined;
}

/** As AWS says it of what was signed more than five minutes before. */
function tooOld({ headers }: IncomingMessage, now: number | undefined): Answer | undefined {
  const signed = String(headers["x-amz-date"]).replace(/^(\d{4})(\d\d)(\d\dT\d\d)(\d\d)(\d\dZ)$/, "$1-$2-$3:$4:$5");
  if (now === undefined || now - Date.parse(signed) < 300_000) return undefined;
  return refuse("InvalidSignatureException", `Signature expired: ${signed} is now earlier than it may be`);
}

function answer(secrets: Secret[], operation: string, call: Call): Answer {
  if (operation === "CreateSecret") return create(secrets, call);
  const secret = secrets.find(({ name, arn }) => call.SecretId === name || call.SecretId === arn);
  if (secret === undefined) return notFound();
  if (operation === "GetSecretValue") return get(secret, call);
  if (operation === "PutSecretValue") return put(secret, call);
  return refuse("UnknownOperationException", operation);
}

function create(secrets: Secret[], { Name: name = "", SecretString: text = "" }: Call): Answer {
  if (secrets.some((secret) => secret.name === name)) {
    return refuse("ResourceExistsException", "The secret already exists.");
  }
  const arn = `arn:aws:secretsmanager:us-east-1:123456789012:secret:${name}-${randomUUID().slice(0, 6)}`;
  const version = { id: randomUUID(), text };
  secrets.push({ name, arn, stages: new Map([["AWSCURRENT", version]]) });
  return { status: 200, body: { ARN: arn, Name: name, VersionId: version.id } };
}

function get({ name, arn, stages }: Secret, { VersionStage: stage = "AWSCURRENT" }: Call): Answer {
  const version = stages.get(stage);
  if (version === undefined) return notFound();
  const { id, text } = version;
  return { status: 200, body: { ARN: arn, Name: name, VersionId: id, VersionStages: [stage], SecretString: text } };
}

/** A new AWSCURRENT makes the one before it AWSPREVIOUS. */
function put(secret: Secret, { SecretString: text = "", VersionStages: labels = ["AWSCURRENT"] }: Call): Answer {
  const version = { id: randomUUID(), text };
  const before = secret.stages.get("AWSCURRENT");
  if (labels.includes("AWSCURRENT") && before !== undefined) secret.stages.set("AWSPREVIOUS", before);
  for (const label of labels) secret.stages.set(label, version);
  return { status: 200, body: { ARN: secret.arn, Name: secret.name, VersionId: version.id, VersionStages: labels } };
}

function notFound(): Answer {
  return refuse("ResourceNotFoundException", "Secrets Manager can't find the specified secret.");
}

function refuse(type: string, message: string): Answer {
  return { status: 400, body: { __type: type, Message: message } };
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString() || "{}");
}
