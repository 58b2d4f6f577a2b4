import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { crc32 } from "node:zlib";

/** How the double answers: as S3 does, or in one of the ways in which AWS makes trouble. */
export type S3Behaviour = "answer" | "deny" | "slow down" | "fail" | "damage" | "hang" | "stall" | "proxy";

export interface S3Double {
  readonly url: string;
  /** What was asked for since the start, such as `GET bucket/key` or `LIST bucket/prefix`. */
  readonly calls: readonly string[];
  /** `deny`: AccessDenied. `damage`: objects arrive with another byte. `hang`: never answers. `stall`: begins to. `proxy`: somebody else does. */
  behave(behaviour: S3Behaviour): void;
  /** Called before each GetObject is answered: the place to change what was listed. */
  beforeGet(hook: (key: string) => void): void;
  /** Without HTTP; the bucket is made if there is none. */
  put(bucket: string, key: string, body: string | Uint8Array): void;
  delete(bucket: string, key: string): void;
  stop(): Promise<void>;
}

interface StoredObject {
  readonly body: Buffer;
  readonly etag: string;
}

type Objects = Map<string, StoredObject>;

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

interface Request {
  readonly method: string;
  readonly bucket: string;
  readonly key: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

/** S3 gives no more to a page: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
const PAGE = 1_000;

/**
 * An S3 on a free port, to be used through `AWS_ENDPOINT_URL_S3`. It speaks the service's own protocol, with the bucket in
 * the path, as far as uploads and the reading of them need it, and passes the same contract as moto.
 */
export async function startS3(): Promise<S3Double> {
  const buckets = new Map<string, Objects>();
  const calls: string[] = [];
  const sockets = new Set<Socket>();
  let behaviour: S3Behaviour = "answer";
  let beforeGet = (_key: string) => {};
  const handle = async (incoming: IncomingMessage, response: ServerResponse) => {
    const request = await read(incoming);
    const listed = request.key === "" && request.method === "GET";
    calls.push(`${listed ? "LIST" : request.method} ${request.bucket}/${request.query.get("prefix") ?? request.key}`);
    if (behaviour === "hang") return;
    if (request.method === "GET" && !listed) beforeGet(request.key);
    const { status, headers, body } = trouble(behaviour) ?? answer(buckets, request);
    const damaged = behaviour === "damage" && typeof body === "object" ? Buffer.from(body).fill("x", 0, 1) : body;
    response.writeHead(status, { "content-type": "application/xml", ...headers });
    if (behaviour === "stall" && !listed) response.write("-");
    else response.end(damaged);
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
    beforeGet: (hook) => {
      beforeGet = hook;
    },
    put: (bucket, key, body) => {
      if (!buckets.has(bucket)) buckets.set(bucket, new Map());
      buckets.get(bucket)?.set(key, stored(Buffer.from(body)));
    },
    delete: (bucket, key) => void buckets.get(bucket)?.delete(key),
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function read(incoming: IncomingMessage): Promise<Request> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const { pathname, searchParams: query } = new URL(incoming.url ?? "/", "http://s3.invalid");
  const [, bucket = "", key = ""] = /^\/([^/]*)\/?(.*)$/s.exec(decodeURIComponent(pathname)) ?? [];
  const { method = "GET", headers } = incoming;
  return { method, bucket, key, query, headers, body: Buffer.concat(chunks) };
}

function trouble(behaviour: S3Behaviour): Answer | undefined {
  if (behaviour === "deny") return refuse(403, "AccessDenied");
  if (behaviour === "slow down") return refuse(503, "SlowDown");
  if (behaviour === "fail") return refuse(500, "InternalError");
  if (behaviour === "proxy") return { status: 200, headers: { "content-type": "text/html" }, body: "<p>Log in" };
  return undefined;
}

function answer(buckets: Map<string, Objects>, request: Request): Answer {
  const { method, bucket, key } = request;
  const objects = buckets.get(bucket);
  if (method === "PUT" && key === "") {
    if (!objects) buckets.set(bucket, new Map());
    return { status: 200 };
  }
  if (!objects) return refuse(404, "NoSuchBucket");
  if (key === "") return list(objects, request);
  if (method === "PUT") return put(objects, request);
  if (method === "DELETE") {
    objects.delete(key);
    return { status: 204 };
  }
  return get(objects, request);
}

function put(objects: Objects, { key, headers, body }: Request): Answer {
  const object = stored(body);
  const sent = headers["x-amz-checksum-crc32"];
  if (sent !== undefined && sent !== crcOf(body)) return refuse(400, "BadDigest");
  objects.set(key, object);
  return { status: 200, headers: { etag: object.etag } };
}

function get(objects: Objects, { key, headers }: Request): Answer {
  const object = objects.get(key);
  if (!object) return refuse(404, "NoSuchKey");
  const { body, etag } = object;
  const wanted = headers["if-match"];
  if (wanted !== undefined && wanted !== etag) return refuse(412, "PreconditionFailed");
  const crc = headers["x-amz-checksum-mode"] === "ENABLED" ? { "x-amz-checksum-crc32": crcOf(body) } : {};
  return { status: 200, headers: { "content-type": "application/octet-stream", etag, ...crc }, body };
}

/** In the order of the keys' bytes; a folder and a key are one entry each of a page. */
function list(objects: Objects, { bucket, query }: Request): Answer {
  const prefix = query.get("prefix") ?? "";
  const delimiter = query.get("delimiter") ?? "";
  const after = Buffer.from(query.get("continuation-token") ?? "", "base64url").toString();
  const most = Math.min(Number(query.get("max-keys") ?? PAGE), PAGE);
  const keys = [...objects.keys()].filter((key) => key.startsWith(prefix)).sort(byBytes);
  const folderOf = (key: string) => {
    const end = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
    return end < 0 ? undefined : key.slice(0, end + delimiter.length);
  };
  const entries = [...new Set(keys.map((key) => folderOf(key) ?? key))].filter((entry) => byBytes(entry, after) > 0);
  const page = entries.slice(0, most);
  const contents = page.map((entry) => {
    const object = objects.get(entry);
    if (!object || folderOf(entry) !== undefined)
      return `<CommonPrefixes><Prefix>${xml(entry)}</Prefix></CommonPrefixes>`;
    const { body, etag } = object;
    return `<Contents><Key>${xml(entry)}</Key><ETag>${xml(etag)}</ETag><Size>${body.length}</Size></Contents>`;
  });
  const truncated = entries.length > page.length;
  const next = Buffer.from(page.at(-1) ?? "").toString("base64url");
  const more = truncated ? `<NextContinuationToken>${next}</NextContinuationToken>` : "";
  const head = `<Name>${bucket}</Name><Prefix>${xml(prefix)}</Prefix><KeyCount>${page.length}</KeyCount>`;
  const flag = `<IsTruncated>${truncated}</IsTruncated>${more}`;
  return { status: 200, body: `<ListBucketResult>${head}${flag}${contents.join("")}</ListBucketResult>` };
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function stored(body: Buffer): StoredObject {
  return { body, etag: `"${createHash("md5").update(body).digest("hex")}"` };
}

function crcOf(body: Buffer): string {
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return sum.toString("base64");
}

function refuse(status: number, code: string): Answer {
  return { status, body: `<Error><Code>${code}</Code><Message>${code}</Message></Error>` };
}

function xml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;").replaceAll("\r", "&#13;");
}
