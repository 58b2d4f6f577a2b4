import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { BuildOptions } from "esbuild";
import type { LambdaFunction } from "../../support/lambda-function";
import { type LambdaLog, openLog } from "../../support/lambda-log";
import { type LambdaProcess, type ProcessEvent, startLambdaProcess } from "../../support/lambda-process";
import type { LambdaRuntime } from "../../support/lambda-runtime";
import { arnOf, variablesOf } from "../../support/lambda-variables";
import type { CpuLimit } from "./cpu-limit";
import type { Cpu, SubjectName } from "./result";

export interface Subject extends SubjectName {
  readonly settings: LambdaFunction;
  /** The code, unpacked. */
  readonly taskRoot: string;
  /** How it was bundled, as far as esbuild is told. */
  readonly build: BuildOptions;
  readonly payload: unknown;
  /** Whether this is what is answered when there is nothing to do. */
  isIdle(answer: unknown): boolean;
}

export interface Place {
  readonly runtime: LambdaRuntime;
  /** For logs, and what functions see as /tmp. */
  readonly folder: string;
}

/** Of one process; ms and MiB. */
export interface Start {
  readonly init: number;
  readonly first: number;
  readonly warm: number;
  readonly cpuTime: number;
  readonly resident: number;
  readonly peak: number;
}

/** Longer than any of them takes, with the smallest share. */
const PATIENCE_MS = 60_000;

/** Starts a process of the runtime, calls it twice, and ends it. @throws when an answer is not that of nothing to do */
export function measureStart(subject: Subject, place: Place & { readonly cpu: Cpu; readonly limit: CpuLimit }) {
  return within(subject, place, async (process, log, began): Promise<Start> => {
    await expectNext(process, log);
    const ready = performance.now();
    if (place.cpu.init === "full") place.limit.admit(process.pid);
    checkIdle(subject, await call(subject, process));
    const answered = performance.now();
    const used = usageOf(process.pid);
    await expectNext(process, log);
    const again = performance.now();
    checkIdle(subject, await call(subject, process));
    return { init: ready - began, first: answered - ready, warm: performance.now() - again, ...used };
  });
}

/** Calls it once, whatever there is to do. @returns the parsed answer */
export function callOnce(subject: Subject, place: Place): Promise<unknown> {
  return within(subject, place, async (process, log) => {
    await expectNext(process, log);
    return parse(subject, await call(subject, process));
  });
}

type Work<T> = (process: LambdaProcess, log: LambdaLog, began: number) => Promise<T>;

async function within<T>(
  subject: Subject,
  { runtime, folder: base, cpu, limit }: Place & { readonly cpu?: Cpu; readonly limit?: CpuLimit },
  work: Work<T>,
): Promise<T> {
  const folder = mkdtempSync(join(base, "environment-"));
  const tmp = join(folder, "tmp");
  mkdirSync(tmp);
  const log = openLog(join(folder, "log"));
  const { title: name, settings, taskRoot } = subject;
  const memoryMb = cpu?.memoryMb ?? 512;
  const deployed = { name, settings: { ...settings, memoryMb }, runtime, taskRoot, endpoint: "", folder };
  const environment = variablesOf(deployed, tmp);
  const limited = cpu?.init === "share" ? limit : undefined;
  const before = limited?.before ?? [];
  const began = performance.now();
  const process = await startLambdaProcess({ runtime, environment, taskRoot, memoryMb, log: log.descriptor, before });
  try {
    limited?.admit(process.pid);
    return await work(process, log, began);
  } finally {
    limit?.dismiss();
    process.signal("SIGKILL");
    await process.exited;
    log.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function expectNext(process: LambdaProcess, log: LambdaLog): Promise<void> {
  const event = await process.take(PATIENCE_MS);
  if (event.kind !== "next") throw new Error(`The function did not start: ${wordsOf(event)}\n${log.since(0)}`);
}

async function call({ title, settings, payload }: Subject, process: LambdaProcess): Promise<ProcessEvent> {
  const invocation = {
    requestId: randomUUID(),
    payload: JSON.stringify(payload),
    version: settings.version ?? "$LATEST",
  };
  process.deliver(invocation, { deadline: Date.now() + PATIENCE_MS, arn: arnOf(title) });
  return process.take(PATIENCE_MS);
}

function checkIdle(subject: Subject, event: ProcessEvent): void {
  const answer = parse(subject, event);
  if (!subject.isIdle(answer)) throw new Error(`${subject.title} had something to do: ${JSON.stringify(answer)}`);
}

function parse({ title }: Subject, event: ProcessEvent): unknown {
  if (event.kind === "reply" && event.reply.kind === "returned") return JSON.parse(event.reply.body);
  throw new Error(`${title} failed: ${wordsOf(event)}`);
}

function wordsOf(event: ProcessEvent): string {
  return event.kind === "reply" ? event.reply.body : event.kind;
}

/** https://docs.kernel.org/scheduler/sched-stats.html: the first number is the time on a CPU, in ns, of each thread. */
function usageOf(pid: number): Pick<Start, "cpuTime" | "resident" | "peak"> {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const mebibytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(status)?.[1]) / 1024;
  const threads = readdirSync(`/proc/${pid}/task`).map((id) =>
    readFileSync(`/proc/${pid}/task/${id}/schedstat`, "utf8"),
  );
  const nanoseconds = threads.reduce((sum, line) => sum + Number(line.split(" ")[0]), 0);
  return { cpuTime: nanoseconds / 1e6, resident: mebibytes("VmRSS"), peak: mebibytes("VmHWM") };
}
