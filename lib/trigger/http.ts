import { type Action, parseCommand, runIdOf } from "../command";
import { MigratorError } from "../errors";
import { answerResponse, errorResponse, type HttpResponse, problem } from "./http-answer";
import { type Invocation, runLogged, type Trigger } from "./trigger";

/** Which Command a method and a path's last part mean. */
export type Routes = Readonly<Record<string, Action>>;

/** The part of API Gateway's proxy event that is used, in its payload version 1.0 (REST). */
interface HttpEvent {
  readonly httpMethod: string;
  readonly path: string;
  readonly body?: string | null;
  readonly isBase64Encoded?: boolean;
  readonly queryStringParameters?: Readonly<Record<string, string>> | null;
  readonly requestContext?: { readonly identity?: { readonly userArn?: string | null } };
}

/** A Command is some hundred bytes. */
const MAX_BODY_BYTES = 16_384;
/** HTTP through API Gateway. Every answer is JSON and must not be cached; problems are `application/problem+json` (RFC 9457). */
export function httpTrigger(routes: Routes): Trigger {
  return {
    recognises: (event) => typeof (event as HttpEvent | null)?.httpMethod === "string",
    handle: async (invocation) => {
      try {
        return await answer(invocation, routes);
      } catch (error) {
        if (error instanceof MigratorError) return errorResponse(error);
        if (error instanceof Refusal)
          return problem(error.status, { code: error.code, detail: error.message, ...error.more }, error.headers);
        throw error;
      }
    },
  };
}

/** A request that no Command can be made of. */
class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
    readonly more: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
  }
}

async function answer({ event, context, assemble }: Invocation, routes: Routes): Promise<HttpResponse> {
  const request = event as HttpEvent;
  const action = route(request, routes);
  const command = parseCommand(action, input(request));
  const assembly = assemble(runIdOf(command, context.awsRequestId));
  const caller = request.requestContext?.identity?.userArn;
  const result = await runLogged(assembly, command, {
    requestId: context.awsRequestId,
    patienceMs: Math.min(assembly.httpPatienceMs, context.getRemainingTimeInMillis()),
    whenRunning: "answer",
    ...(caller && { caller }),
  });
  return answerResponse(result, command);
}

function route(request: HttpEvent, routes: Routes): Action {
  const path = `/${request.path.split("/").filter(Boolean).at(-1) ?? ""}`;
  const action = routes[`${request.httpMethod} ${path}`];
  if (action) return action;
  const allowed = Object.keys(routes)
    .filter((key) => key.endsWith(` ${path}`))
    .map((key) => key.split(" ")[0]);
  if (allowed.length === 0)
    throw new Refusal(404, "UNKNOWN_ROUTE", `There is nothing at ${JSON.stringify(path.slice(0, 100))}.`);
  const headers = { Allow: allowed.join(", ") };
  throw new Refusal(405, "UNKNOWN_METHOD", `${path} is called with ${allowed.join(" or ")}.`, headers);
}

/** A GET takes its parameters from the query, anything else from a JSON body. */
function input(request: HttpEvent): unknown {
  const body = request.body ? Buffer.from(request.body, request.isBase64Encoded ? "base64" : "utf8") : Buffer.alloc(0);
  const query = request.queryStringParameters ?? {};
  if (request.httpMethod === "GET") {
    if (body.length > 0) throw new Refusal(400, "INVALID_COMMAND", "A GET takes no body; use POST.");
    return Object.fromEntries(Object.entries(query).map(([key, value]) => [key, fromQuery(key, value)]));
  }
  const [parameter] = Object.keys(query);
  if (parameter !== undefined)
    throw new Refusal(400, "INVALID_COMMAND", "A POST takes its parameters in a JSON body, not in the query.");
  if (body.length > MAX_BODY_BYTES)
    throw new Refusal(413, "INVALID_COMMAND", `The body is larger than ${MAX_BODY_BYTES} bytes.`);
  if (body.toString().trim() === "") return {};
  try {
    return JSON.parse(body.toString());
  } catch {
    throw new Refusal(400, "INVALID_COMMAND", "The body is not valid JSON.");
  }
}

/** The parameters that are no text. A run id or a name may well read as a number. */
const NOT_TEXT = new Set(["steps", "step", "dryRun"]);

/** A query holds only text: what reads as a number, `true` or `false` is meant as such where no text is. */
function fromQuery(key: string, value: string): unknown {
  if (!NOT_TEXT.has(key)) return value;
  if (value === "true" || value === "false") return value === "true";
  return /^-?\d+(?:\.\d+)?$/.test(value) && value.length < 16 ? Number(value) : value;
}
