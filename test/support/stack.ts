import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

export type Properties = Readonly<Record<string, unknown>>;

/** What a custom resource answers. */
export interface StackAnswer {
  readonly Status: "SUCCESS" | "FAILED";
  readonly Reason: string;
  readonly PhysicalResourceId: string;
  readonly RequestId: string;
}

export interface StackOptions {
  /** Calls the function that the ServiceToken names, as CloudFormation does: asynchronously. */
  call(event: object): Promise<unknown>;
  /** How often each request is sent: an asynchronous event may come twice. */
  readonly times?: number;
  /** How many of the first answers are lost on their way. */
  readonly lost?: number;
  /** Milliseconds after which the stack gives up; CloudFormation: an hour. */
  readonly patienceMs?: number;
}

/** A stack with one custom resource, as far as the resource can see it. */
export interface Stack {
  /** A failed Create is followed by a Delete. */
  create(properties: Properties): Promise<StackAnswer>;
  /** A failed Update is followed by another one, back to the properties that were there before. */
  update(properties: Properties): Promise<StackAnswer>;
  delete(): Promise<StackAnswer>;
  /** Of every request, those that followed a failure too. */
  readonly answers: readonly StackAnswer[];
  /** Bytes of the largest answer. */
  largest(): number;
  close(): void;
}

/**
 * CloudFormation's side of a custom resource:
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requesttypes.html
 */
export async function createStack(options: StackOptions): Promise<Stack> {
  const answers: StackAnswer[] = [];
  const mailbox = await createMailbox(options.lost ?? 0);
  let current: Properties | undefined;
  let physicalId: string | undefined;
  const request = async (type: "Create" | "Update" | "Delete", now: Properties, old?: Properties) => {
    const event = {
      RequestType: type,
      ServiceToken: "arn:aws:lambda:eu-central-1:123456789012:function:deployment",
      ResponseURL: "",
      StackId: "arn:aws:cloudformation:eu-central-1:123456789012:stack/app/1",
      RequestId: randomUUID(),
      ResourceType: "Custom::Migrations",
      LogicalResourceId: "Migrations",
      ...(physicalId !== undefined && { PhysicalResourceId: physicalId }),
      ResourceProperties: asTexts(now),
      ...(old && { OldResourceProperties: asTexts(old) }),
    };
    const { url, answer } = mailbox.expect(event.RequestId, options.patienceMs ?? 60_000);
    for (let i = 0; i < (options.times ?? 1); i += 1) await options.call({ ...event, ResponseURL: url });
    const given = await answer;
    answers.push(given);
    physicalId ??= given.PhysicalResourceId;
    return given;
  };
  return {
    create: async (properties) => {
      const answer = await request("Create", properties);
      if (answer.Status === "SUCCESS") current = properties;
      else await request("Delete", properties);
      return answer;
    },
    update: async (properties) => {
      const before = current ?? {};
      const answer = await request("Update", properties, before);
      if (answer.Status === "SUCCESS") current = properties;
      else await request("Update", before, properties);
      return answer;
    },
    delete: () => request("Delete", current ?? {}),
    answers,
    largest: mailbox.largest,
    close: mailbox.close,
  };
}

/** CloudFormation makes a text of every value. */
function asTexts(properties: Properties): Properties {
  const given = Object.entries(properties).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given.map(([key, value]) => [key, String(value)]));
}

/** Where answers are put; only the first one to a request counts. */
async function createMailbox(lost: number) {
  const waiting = new Map<string, (answer: StackAnswer) => void>();
  let toLose = lost;
  let largest = 0;
  const server = createServer(async (incoming, response) => {
    const body = await text(incoming);
    if (toLose > 0) {
      toLose -= 1;
      incoming.socket.destroy();
      return;
    }
    // The URL is signed for a request of this method without a content type.
    if (incoming.method !== "PUT" || incoming.headers["content-type"]) {
      response.writeHead(403).end();
      return;
    }
    largest = Math.max(largest, Buffer.byteLength(body));
    const answer = JSON.parse(body) as StackAnswer;
    waiting.get(answer.RequestId)?.(answer);
    response.writeHead(200).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    expect(requestId: string, patienceMs: number) {
      const answer = new Promise<StackAnswer>((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error("The stack got no answer")), patienceMs);
        waiting.set(requestId, (given) => {
          clearTimeout(timer);
          waiting.delete(requestId);
          resolve(given);
        });
      });
      return { url: `http://127.0.0.1:${port}/answer?signature=not-a-secret`, answer };
    },
    largest: () => largest,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
