import type { MigratorError } from "../errors";

/** What a Lambda function answers over HTTP while its application cannot serve. */
export interface Refusal {
  readonly statusCode: 503;
  readonly statusDescription: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[]>>;
  readonly body: string;
  readonly isBase64Encoded: false;
}

/** Seconds after which it is worth asking again. */
const RETRY_AFTER = 5;

/** The part of the events of API Gateway (payload 1.0 and 2.0), function URLs and load balancers that tells them. */
interface HttpEvent {
  readonly httpMethod?: unknown;
  readonly version?: unknown;
  readonly headers?: unknown;
  readonly multiValueHeaders?: unknown;
  /** Of an authoriser, which answers a policy. */
  readonly methodArn?: unknown;
  readonly requestContext?: { readonly http?: unknown; readonly elb?: unknown };
}

/**
 * The answer where the event came over HTTP. Whoever asked may be anybody: what is wrong stands in the log.
 * @returns `undefined` for any other event
 */
export function refusalOf(event: unknown, { code }: MigratorError): Refusal | undefined {
  if (!isHttp(event)) return undefined;
  const headers = {
    "Content-Type": "application/problem+json",
    "Cache-Control": "no-store",
    "Retry-After": String(RETRY_AFTER),
  };
  const detail = "The service is being updated. Try again shortly.";
  const body = { type: "about:blank", title: "Service Unavailable", status: 503, code, detail };
  // A load balancer that sends lists takes nothing else.
  const lists = event.requestContext?.elb !== undefined && event.headers === undefined;
  return {
    statusCode: 503,
    statusDescription: "503 Service Unavailable",
    ...(lists
      ? { multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])) }
      : { headers }),
    body: JSON.stringify(body),
    isBase64Encoded: false,
  };
}

function isHttp(event: unknown): event is HttpEvent {
  if (typeof event !== "object" || event === null) return false;
  const { httpMethod, version, methodArn, requestContext } = event as HttpEvent;
  if (typeof requestContext !== "object" || requestContext === null || methodArn !== undefined) return false;
  return typeof httpMethod === "string" || (version === "2.0" && typeof requestContext.http === "object");
}
