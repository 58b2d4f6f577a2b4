import type { DialectName } from "../../../lib/migration";
import { lambdaGoals } from "../lambda/goals";
import type { Result, Results } from "../results";
import { FULL, LINEAR_KEY } from "../workloads";
import { commandTrips, ratio, ratioToRaw, trafficOf } from "./figures";
import { createLookup, from, type Goal, type Lookup, middle, roundTrips, stepsOf, titleOf } from "./goal";
import { bytes, count, duration, mebibytes, NONE, table, times } from "./words";

/** Of twice as much. */
const LINEAR = 2.2;
/** What does not grow may differ by the digits of a number. */
const FLAT = 1.1;
const SMALLEST_LAMBDA = 128 * 2 ** 20;
const TITLES: Readonly<Record<DialectName, string>> = { mysql: "MySQL", postgres: "PostgreSQL" };

/** What the deployed function is to reach, and what it has, computed from the results; then what these do not tell. */
export function goalsTable(results: Results): string {
  const ofServers = results.servers.flatMap(({ dialect }) =>
    goalsOf(createLookup(results, dialect)).map((goal) => ({ ...goal, server: TITLES[dialect] })),
  );
  const measured = ofServers.filter(({ met }) => met !== undefined);
  const all = [
    ...measured.map((goal) => ({ ...goal, what: `${goal.server}: ${goal.what}` })),
    ...(results.starts ? lambdaGoals(results.starts) : []),
  ];
  const rows = all.map(({ what, goal, measured, met }) => [what, goal, measured, met ? "yes" : "no"]);
  const unknown = unmeasured(ofServers.filter(({ met }) => met === undefined));
  return [
    ...(rows.length > 0 ? [table(["what", "goal", "measured", "met"], rows)] : []),
    ...(unknown.length > 0 ? ["Not measured:", unknown.join("\n")] : []),
  ].join("\n\n");
}

/** A line for each goal, whatever the servers. */
function unmeasured(goals: readonly (Goal & { readonly server: string })[]): readonly string[] {
  const texts = new Set(goals.map(({ what, goal }) => `- ${what}: ${goal}`));
  return [...texts].map((text) => {
    const servers = goals.filter(({ what, goal }) => text === `- ${what}: ${goal}`).map(({ server }) => server);
    return `${text} (${servers.join(", ")})`;
  });
}

function goalsOf(lookup: Lookup): readonly Goal[] {
  return [
    warmTrips(lookup),
    warmBytes(lookup),
    warmTime(lookup),
    fresh(lookup),
    applying(lookup),
    tripsOfApplying(lookup),
    ...(lookup.dialect === "mysql" ? [durable(lookup)] : []),
    script(lookup),
    ...distant(lookup),
    ...linear(lookup),
    ...memory(lookup),
  ];
}

function warmTrips(lookup: Lookup): Goal {
  const trips = roundTrips(lookup.own("warm-many"));
  const what = `${titleOf(lookup, "warm-many")}: round trips of a call`;
  return { what, goal: "1", measured: count(trips), met: from(trips, (found) => found <= 1) };
}

function warmBytes(lookup: Lookup): Goal {
  const [few, many] = ["warm-small", "warm-many"].map((workload) =>
    from(lookup.own(workload), (result) =>
      trafficOf(result, (traffic) => traffic.bytesToServer + traffic.bytesToClient),
    ),
  );
  return flat(lookup, { figure: "bytes of a call", measured: `${bytes(many)} and ${bytes(few)}`, few, many });
}

function warmTime(lookup: Lookup): Goal {
  const [few, many] = ["warm-small", "warm-many"].map((key) => middle(lookup.own(key), ({ wallMs }) => wallMs));
  return flat(lookup, { figure: "time of a call", measured: `${duration(many)} and ${duration(few)}`, few, many });
}

interface Growth {
  readonly figure: string;
  readonly measured: string;
  readonly few: number | undefined;
  readonly many: number | undefined;
}

function flat(lookup: Lookup, { figure, measured, few, many }: Growth): Goal {
  return {
    what: `${titleOf(lookup, "warm-many")}: ${figure}, and with fewer applied`,
    goal: `as much, at most ${FLAT} ×`,
    measured,
    met: from(few, (least) => from(many, (most) => most <= least * FLAT)),
  };
}

function fresh(lookup: Lookup): Goal {
  const result = lookup.own("nothing-many");
  const trips = from(result, commandTrips);
  const logins = from(result, (one) => trafficOf(one, ({ handshakes }) => handshakes));
  return {
    what: `${titleOf(lookup, "nothing-many")}, in a new process: round trips`,
    goal: "those of the driver's login + 1",
    measured: `${count(logins)} of the login + ${count(trips)}`,
    met: from(trips, (found) => found <= 1),
  };
}

function applying(lookup: Lookup): Goal {
  const { results, dialect, own } = lookup;
  const found = from(own("apply-small"), (result) => ratioToRaw(results, result, "direct"));
  const what = `${titleOf(lookup, "apply-small")}: time of the whole process`;
  const [goal, met] =
    dialect === "mysql"
      ? ["≤ 1.10 × the raw client's", from(found, (one) => one <= 1.1)]
      : ["less than the raw client's", from(found, (one) => one < 1)];
  return { what, goal, measured: `${times(found)} raw`, met };
}

function tripsOfApplying(lookup: Lookup): Goal {
  const trips = from(lookup.own("apply-small"), commandTrips);
  const each = from(trips, (found) => found / stepsOf(lookup, "apply-small"));
  const what = `${titleOf(lookup, "apply-small")}: round trips for each migration, those of the run among them`;
  return { what, goal: "at most 1", measured: count(each), met: from(each, (found) => found <= 1) };
}

function durable(lookup: Lookup): Goal {
  const [ours, others] = [lookup.own("apply-small"), lookup.raw("apply-small")].map((result) =>
    middle(result, ({ durableWrites }) => durableWrites),
  );
  const more = from(ours, (own) => from(others, (raw) => (own - raw) / stepsOf(lookup, "apply-small")));
  return {
    what: `${titleOf(lookup, "apply-small")}: durable writes for each migration, besides the raw client's`,
    goal: "at most 2, as it has two segments",
    measured: count(more),
    met: from(more, (found) => found <= 2),
  };
}

function script(lookup: Lookup): Goal {
  const [short, long] = ["apply-one", "one-script"].map((workload) => from(lookup.own(workload), commandTrips));
  return {
    what: `${titleOf(lookup, "one-script")}: round trips, and of one with two statements`,
    goal: "as many: one message",
    measured: `${count(long)} and ${count(short)}`,
    met: from(short, (few) => from(long, (many) => many <= few)),
  };
}

function distant(lookup: Lookup): readonly Goal[] {
  const { results, dialect, own } = lookup;
  const ours = own("apply-small");
  const kinds = new Map(results.contestants.map(({ title, kind, language }) => [title, { kind, language }]));
  const peers = results.results.filter(
    (one) =>
      one.dialect === dialect &&
      one.workload === "apply-small" &&
      one.failure === undefined &&
      kinds.get(one.contestant)?.kind === "peer",
  );
  const javaScript = peers.filter(({ contestant }) => /Script/.test(kinds.get(contestant)?.language ?? ""));
  const what = `${titleOf(lookup, "apply-small")}, with 1 ms more per round trip: time of the whole process`;
  const versus = (other: Result | undefined) =>
    ours && other && from(ratio(ours.delayed, other.delayed), (found) => ({ found, name: other.contestant }));
  const best = versus(fastest(javaScript));
  const dbmate = versus(peers.find(({ contestant }) => contestant === "dbmate"));
  return [
    {
      what,
      goal: "≤ 0.5 × that of the fastest other tool in JavaScript",
      measured: best ? `${times(best.found)} ${best.name}` : NONE,
      met: from(best, ({ found }) => found <= 0.5),
    },
    {
      what,
      goal: "less than dbmate's",
      measured: dbmate ? `${times(dbmate.found)} dbmate` : NONE,
      met: from(dbmate, ({ found }) => found < 1),
    },
  ];
}

function fastest(results: readonly Result[]): Result | undefined {
  const time = (result: Result) => Math.min(...result.delayed.map(({ wallMs }) => wallMs));
  return results.toSorted((a, b) => time(a) - time(b))[0];
}

function linear(lookup: Lookup): readonly Goal[] {
  const keys = linearKeys(lookup);
  return keys.slice(1).map((key, index) => {
    const [less, more] = [keys[index] ?? "", key].map((one) => middle(lookup.own(one), ({ wallMs }) => wallMs));
    const growth = from(less, (short) => from(more, (long) => long / short));
    return {
      what: `${titleOf(lookup, key)}: time of the whole process, beside half as many`,
      goal: `twice as much, at most ${LINEAR} ×`,
      measured: times(growth),
      met: from(growth, (found) => found <= LINEAR),
    };
  });
}

function memory(lookup: Lookup): readonly Goal[] {
  return [linearKeys(lookup).at(-1) ?? "", "nothing-many"].map((key) => {
    const most = middle(lookup.own(key), ({ memoryBytes }) => memoryBytes);
    return {
      what: `${titleOf(lookup, key)}: memory resident`,
      goal: "≤ 128 MiB",
      measured: mebibytes(most),
      met: from(most, (found) => found <= SMALLEST_LAMBDA),
    };
  });
}

/** Each with twice the migrations of the one before: those that were measured, or else those that can be. */
function linearKeys({ results }: Lookup): readonly string[] {
  const measured = results.workloads.filter(({ key }) => key.startsWith(LINEAR_KEY));
  return measured.length > 0 ? measured.map(({ key }) => key) : FULL.linear.map((count) => `${LINEAR_KEY}${count}`);
}
