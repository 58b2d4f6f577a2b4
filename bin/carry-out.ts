import { type Action, type Command, parseCommand } from "../lib/command";
import { MigratorError } from "../lib/errors";
import { createLambda } from "../lib/remote/lambda";
import { functionNames } from "../lib/remote/names";
import { createRemote, type Remote } from "../lib/remote/remote";
import type { Report, Summary } from "../lib/report";
import type { AskedCommand } from "./asked";
import { inFlags } from "./commands";
import { createDisplay, type Display } from "./display";
import { openHere } from "./here";
import { whenInterrupted } from "./interrupt";
import { createLog } from "./log";
import { stoppedHere } from "./way";

/**
 * Runs what was asked for where it was asked for, and shows meanwhile how far it is. Ctrl-C ends the waiting.
 * @throws MigratorError
 */
export async function carryOut(asked: AskedCommand): Promise<Report | Summary> {
  const command = commandOf(asked.name, asked.input);
  const { target, show, name } = asked;
  const remote =
    target.at === "function"
      ? createRemote({ names: functionNames(target.name), lambda: createLambda(target.region) })
      : await openHere(target, createLog(show));
  const display = await createDisplay({ title: name, ...show });
  try {
    return await (asked.watch ? watchRun(command, remote, display) : runCommand(asked, command, { remote, display }));
  } finally {
    display.end();
  }
}

function commandOf(name: Action, input: AskedCommand["input"]): Command {
  try {
    return parseCommand(name, input);
  } catch (error) {
    if (!(error instanceof MigratorError)) throw error;
    const problems = error.problems.map((problem) => ({ ...problem, message: inFlags(problem.message) }));
    const advice = `migration-lambda ${name} --help lists its options.`;
    throw new MigratorError(error.code, inFlags(error.message), { advice, problems });
  }
}

interface Work {
  readonly remote: Remote;
  readonly display: Display;
}

async function runCommand(asked: AskedCommand, command: Command, { remote, display }: Work): Promise<Report | Summary> {
  const leave = new AbortController();
  let stopListening: () => void = () => undefined;
  const onStart = (runId: string) => {
    display.onStart(runId);
    stopListening = whenInterrupted(() => {
      if (asked.target.at === "function") return leave.abort();
      display.end();
      return stoppedHere(asked, runId);
    });
  };
  try {
    return await remote.run(command, { onStart, onProgress: display.onProgress, signal: leave.signal });
  } finally {
    stopListening();
  }
}

/** Waits for the end of a run: of the one that is named, else of the one that is in progress. */
async function watchRun(command: Command, remote: Remote, display: Display): Promise<Report | Summary> {
  const { database, runId } = command;
  const found = runId === undefined ? await remote.run(command) : undefined;
  const current = found && "inProgress" in found && found.outcome === "running" ? found.inProgress?.runId : runId;
  if (current === undefined) return found ?? remote.run(command);
  const leave = new AbortController();
  const stopListening = whenInterrupted(() => leave.abort());
  try {
    const run = { runId: current, ...(database !== undefined && { database }) };
    return await remote.attach(run, { onProgress: display.onProgress, signal: leave.signal });
  } finally {
    stopListening();
  }
}
