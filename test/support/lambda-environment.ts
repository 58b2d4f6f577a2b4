import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DEFAULTS, exited, type Invocation, type Reply, timedOut } from "./lambda-function";
import { type LambdaLog, openLog } from "./lambda-log";
import { type LambdaProcess, startLambdaProcess } from "./lambda-process";
import { arnOf, type Deployed, variablesOf } from "./lambda-variables";

/** As seen from outside. An environment outlives its process: the next invocation starts another one in it. */
export interface EnvironmentView {
  readonly functionName: string;
  readonly state: "busy" | "warm" | "dead";
  readonly pid?: number;
  /** The invocation that it is busy with. */
  readonly requestId?: string;
  /** How many it was given. */
  readonly invocations: number;
  /** Its own /tmp, which it sees as os.tmpdir(); kept from one invocation to the next, also after a death. */
  readonly tmp: string;
}

export interface LambdaEnvironment {
  view(): EnvironmentView;
  /** Never rejects. The second part is what was logged meanwhile. */
  serve(invocation: Invocation): Promise<readonly [Reply, string]>;
  log(): string;
  /** SIGKILL, and waits for the end. */
  kill(): Promise<void>;
  /** Kills, and closes the log. */
  close(): Promise<void>;
}

export interface EnvironmentOptions extends Deployed {
  /** Where the environment may keep its /tmp and its log. */
  readonly folder: string;
  readonly between: "frozen" | "running";
}

/** The runtime asks for its next event, dies, or is silent for too long; before that it may have replied. */
interface Turn {
  readonly end: "next" | "exit" | "silence";
  readonly reply?: Reply;
  readonly reason: string;
}

interface State {
  readonly options: EnvironmentOptions;
  readonly timeoutSeconds: number;
  readonly tmp: string;
  readonly log: LambdaLog;
  running?: LambdaProcess;
  requestId: string | undefined;
  serving: Promise<unknown>;
  invocations: number;
  life: "open" | "closed";
}

/** https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html */
const INIT_MS = 10_000;

export function createEnvironment(options: EnvironmentOptions): LambdaEnvironment {
  const tmp = join(options.folder, "tmp");
  mkdirSync(tmp, { recursive: true });
  const { timeoutSeconds = DEFAULTS.timeoutSeconds } = options.settings;
  const log = openLog(join(options.folder, "log"));
  const serving = Promise.resolve();
  const state: State = {
    options,
    timeoutSeconds,
    tmp,
    log,
    requestId: undefined,
    serving,
    invocations: 0,
    life: "open",
  };
  return {
    view: () => view(state),
    serve(invocation) {
      const served = serve(state, invocation);
      state.serving = served;
      return served;
    },
    kill: () => kill(state),
    log: () => log.since(0),
    async close() {
      state.life = "closed";
      await kill(state);
      await state.serving;
      log.close();
    },
  };
}

async function serve(state: State, invocation: Invocation): Promise<readonly [Reply, string]> {
  state.requestId = invocation.requestId;
  state.invocations += 1;
  const from = state.log.size();
  const booted = await boot(state, invocation);
  const reply = "kind" in booted ? booted : await answer(state, invocation, booted);
  if (state.options.between === "frozen") state.running?.signal("SIGSTOP");
  state.requestId = undefined;
  return [reply, state.log.since(from)];
}

interface Booted {
  readonly process: LambdaProcess;
  readonly deadline: number;
}

/**
 * A first init has 10 s of its own. When it fails, and after a death, init is (once more) part of the invocation and of
 * its time: module code runs twice, as it does on Lambda.
 */
async function boot(state: State, invocation: Invocation): Promise<Reply | Booted> {
  const { running, timeoutSeconds } = state;
  const deadline = () => Date.now() + timeoutSeconds * 1000;
  if (running?.isAlive()) return { process: running, deadline: deadline() };
  if (!running) {
    const first = await start(state);
    const init = await turn(first, INIT_MS);
    if (init.end === "next") return { process: first, deadline: deadline() };
    state.log.write(`INIT_REPORT Phase: init\tStatus: ${init.end === "silence" ? "timeout" : "error"}`);
    await kill(state);
  }
  const until = deadline();
  const again = await start(state);
  const init = await turn(again, timeoutSeconds * 1000);
  return init.end === "next" ? { process: again, deadline: until } : settle(state, invocation, init);
}

async function start(state: State): Promise<LambdaProcess> {
  const { runtime, taskRoot, settings } = state.options;
  const started = await startLambdaProcess({
    runtime,
    taskRoot,
    memoryMb: settings.memoryMb ?? DEFAULTS.memoryMb,
    environment: variablesOf(state.options, state.tmp),
    log: state.log.descriptor,
    ...(settings.subnet && { subnet: settings.subnet }),
  });
  state.running = started;
  if (state.life === "closed") started.signal("SIGKILL");
  return started;
}

async function answer(state: State, invocation: Invocation, { process, deadline }: Booted): Promise<Reply> {
  const { requestId, version } = invocation;
  const began = performance.now();
  state.log.write(`START RequestId: ${requestId} Version: ${version}`);
  process.signal("SIGCONT");
  process.deliver(invocation, { deadline, arn: arnOf(state.options.name) });
  const reply = await settle(state, invocation, await turn(process, deadline - Date.now()));
  state.log.write(`END RequestId: ${requestId}`);
  state.log.write(report(state, requestId, performance.now() - began));
  return reply;
}

/** With all its fields: `sls invoke --log` reads them by their position. */
function report({ options, running }: State, requestId: string, durationMs: number): string {
  return [
    `REPORT RequestId: ${requestId}`,
    `Duration: ${durationMs.toFixed(2)} ms`,
    `Billed Duration: ${Math.ceil(durationMs)} ms`,
    `Memory Size: ${options.settings.memoryMb ?? DEFAULTS.memoryMb} MB`,
    `Max Memory Used: ${running?.peakMemoryMb() ?? 0} MB`,
    "",
  ].join("\t");
}

async function settle(state: State, { requestId }: Invocation, { end, reply, reason }: Turn): Promise<Reply> {
  if (end === "silence") {
    await kill(state);
    const late = timedOut(requestId, state.timeoutSeconds);
    state.log.write(`${new Date().toISOString()} ${requestId} ${late.body}`);
    return reply ?? late;
  }
  if (end === "exit") state.log.write(`RequestId: ${requestId} Error: ${reason}\nRuntime.ExitError`);
  return reply ?? exited(requestId, reason);
}

async function turn(process: LambdaProcess, withinMs: number): Promise<Turn> {
  const until = Date.now() + withinMs;
  let reply: Reply | undefined;
  for (;;) {
    const event = await process.take(until - Date.now());
    if (event.kind === "reply") reply = event.reply;
    else return { end: event.kind, ...(reply && { reply }), reason: event.kind === "exit" ? event.reason : "" };
  }
}

async function kill({ running }: State): Promise<void> {
  running?.signal("SIGKILL");
  await running?.exited;
}

function view({ options, running, requestId, invocations, tmp }: State): EnvironmentView {
  const pid = running?.isAlive() ? running.pid : undefined;
  const idle = pid ? "warm" : "dead";
  return {
    functionName: options.name,
    state: requestId ? "busy" : idle,
    invocations,
    tmp,
    ...(pid && { pid }),
    ...(requestId && { requestId }),
  };
}
