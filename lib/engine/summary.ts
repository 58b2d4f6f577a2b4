import { type Outcome, outcomeOf, type Report, type Summary, type Unreached } from "../report";

/** The worst first. */
const OUTCOMES: readonly Outcome[] = ["failed", "refused", "running", "incomplete", "done"];
/** How many databases a sentence tells the reasons of, and how long each may be. */
const TOLD = { databases: 5, characters: 200 };

export interface Results {
  readonly databases: readonly (Report | Unreached)[];
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
    databases,
    ...(notStarted.length > 0 && { notStarted }),
    startedAt,
    finishedAt: new Date().toISOString(),
  };
}

function messageOf({ databases, notStarted }: Results): string {
  const counts = OUTCOMES.toReversed().map((outcome) => {
    const those = databases.filter((result) => outcomeOf(result) === outcome);
    if (those.length === 0) return undefined;
    const reasons = outcome === "failed" || outcome === "refused" ? ` (${reasonsOf(those)})` : "";
    return `${those.length} ${outcome}${reasons}`;
  });
  const waiting = notStarted.length > 0 ? `${notStarted.length} not started` : undefined;
  const total = databases.length + notStarted.length;
  const list = [...counts, waiting].filter((part) => part !== undefined).join(", ");
  return `${total} ${total === 1 ? "database" : "databases"}: ${list}.`;
}

function reasonsOf(results: readonly (Report | Unreached)[]): string {
  const told = results.slice(0, TOLD.databases).map(({ database, message }) => {
    const text = message.replace(/\.$/, "");
    return `${database}: ${text.length > TOLD.characters ? `${text.slice(0, TOLD.characters)}…` : text}`;
  });
  const others = results.slice(TOLD.databases).map(({ database }) => database);
  return [...told, ...(others.length > 0 ? [`and ${others.join(", ")}`] : [])].join("; ");
}
