import { type Outcome, outcomeOf, type Report, type Summary, type Unreached } from "./report";

/** The worst first. */
const OUTCOMES: readonly Outcome[] = ["failed", "refused", "running", "incomplete", "done"];
/** Of how many databases a sentence tells the reasons, how long each may be, and how many more it names. */
const TOLD = { reasons: 5, characters: 200, names: 45 };
/** Lambda's answers have 6 MB at most; over HTTP this one is indented and escaped besides. */
const MOST_CHARACTERS = 2_500_000;

type Result = Report | Unreached;

export interface Results {
  readonly databases: readonly Result[];
  readonly notStarted: readonly string[];
}

export function summary(head: Pick<Summary, "runId" | "action" | "startedAt">, results: Results): Summary {
  const { startedAt, ...heading } = head;
  const { databases, notStarted } = results;
  const outcomes = [...databases.map(outcomeOf), ...(notStarted.length > 0 ? ["incomplete" as const] : [])];
  return {
    ...heading,
    outcome: OUTCOMES.find((outcome) => outcomes.includes(outcome)) ?? "done",
    message: messageOf(results),
    ...fitting(databases),
    ...(notStarted.length > 0 && { notStarted }),
    startedAt,
    finishedAt: new Date().toISOString(),
  };
}

/** The worst stay longest. */
function fitting(databases: readonly Result[]): Pick<Summary, "databases" | "leftOut"> {
  const worstFirst = OUTCOMES.flatMap((outcome) => databases.filter((result) => outcomeOf(result) === outcome));
  let room = MOST_CHARACTERS;
  const kept = new Set<Result>();
  for (const result of worstFirst) {
    room -= JSON.stringify(result).length;
    if (room >= 0) kept.add(result);
  }
  const leftOut = databases.filter((result) => !kept.has(result)).map(({ database }) => database);
  return { databases: databases.filter((result) => kept.has(result)), ...(leftOut.length > 0 && { leftOut }) };
}

function messageOf({ databases, notStarted }: Results): string {
  const total = databases.length + notStarted.length;
  const counts = OUTCOMES.toReversed().flatMap((outcome) => {
    const those = databases.filter((result) => outcomeOf(result) === outcome);
    const reasons = outcome === "failed" || outcome === "refused" ? ` (${reasonsOf(those)})` : "";
    return those.length > 0 ? [`${those.length} ${outcome}${reasons}`] : [];
  });
  const waiting = notStarted.length > 0 ? [`${notStarted.length} not started`] : [];
  return `${total} ${total === 1 ? "database" : "databases"}: ${[...counts, ...waiting].join(", ")}.`;
}

function reasonsOf(results: readonly Result[]): string {
  const told = results.slice(0, TOLD.reasons).map(({ database, message }) => {
    const text = message.replace(/\.$/, "");
    return `${database}: ${text.length > TOLD.characters ? `${text.slice(0, TOLD.characters)}…` : text}`;
  });
  const others = results.slice(TOLD.reasons).map(({ database }) => database);
  const named = others.slice(0, TOLD.names);
  const rest = others.length > named.length ? [`${others.length - named.length} more`] : [];
  return [...told, ...(others.length > 0 ? [`and ${[...named, ...rest].join(", ")}`] : [])].join("; ");
}
