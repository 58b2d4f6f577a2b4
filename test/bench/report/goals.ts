import type { DialectName } from "../../../lib/migration";
import { lambdaGoals } from "../lambda/goals";
import type { Result, Results } from "../results";
import { commandTrips, ratio, ratioToRaw, trafficOf } from "./figures";
import { createLookup, from, type Goal, type Lookup, middle, roundTrips, stepsOf, titleOf } from "./goal";
import { bytes, count, duration, mebibytes, NONE, table, times } from "./words";

/** Of twice as much. */
const LINEAR = 2.2;
/** What does not grow may differ by the digits of a number. */
const FLAT = 1.1;
const SMALLEST_LAMBDA = 128 * 2 ** 20;
const TITLES: Readonly<Record<DialectName, string>> = { mysql: "MySQL", postgres: "PostgreSQL" };

/** What the deployed function is to reach, and what it has, computed from the results. */
export function goalsTable(results: Results): string {
  const goals = [
    ...results.servers.flatMap(({ dialect }) => goalsOf(createLookup(results, dialect))),
    ...(results.starts ? lambdaGoals(results.starts) : []),
  ];
  return table(
    ["what", "goal", "measured", "met"],
    goals.map(({ what, goal, measured, met }) => [what, goal, measured, met === undefined ? NONE : met ? "yes" : "no"]),
  );
}

function goalsOf(lookup: Lookup): readonly Goal[] {
  const goals = [
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
    memory(lookup),
  ];
  return goals.map((goal) => ({ ...goal, what: `${TITLES[lookup.dialect]}: ${goal.what}` }));
}

function warmTrips(lookup: Lookup): Goal {
  const trips = roundTrips(lookup.own("warm-many"));
  const what = titleOf(lookup, "warm-many");
  return { what, goal: "1 round trip", measured: count(trips), met: from(trips, (found) => found <= 1) };
}

function warmBytes({ own }: Lookup): Goal {
  const [few, many] = ["warm-small", "warm-many"].map((workload) =>
    from(own(workload), (result) => trafficOf(result, (traffic) => traffic.bytesToServer + traffic.bytesToClient)),
  );
  return {
    what: "the same, bytes compared with few applied",
    goal: "flat",
    measured: `${bytes(few)} and ${bytes(many)}`,
    met: isFlat(few, many),
  };
}

function warmTime({ own }: Lookup): Goal {
  const [few, many] = ["warm-small", "warm-many"].map((workload) => middle(own(workload), ({ wallMs }) => wallMs));
  return {
    what: "the same, time compared with few applied",
    goal: "flat",
    measured: `${duration(few)} and ${duration(many)}`,
    met: isFlat(few, many),
  };
}

function isFlat(few: number | undefined, many: number | undefined): boolean | undefined {
  return from(few, (least) => from(many, (most) => most <= least * FLAT));
}

function fresh({ own }: Lookup): Goal {
  const result = own("nothing-many");
  const trips = from(result, commandTrips);
  const logins = from(result, (one) => trafficOf(one, ({ handshakes }) => handshakes));
  return {
    what: "nothing to do, fresh connection",
    goal: "the driver's own handshake + 1 round trip",
    measured: `${count(logins)} of the handshake + ${count(trips)}`,
    met: from(trips, (found) => found <= 1),
  };
}

function applying(lookup: Lookup): Goal {
  const { results, dialect, own } = lookup;
  const found = from(own("apply-small"), (result) => ratioToRaw(results, result, "direct"));
  const [goal, most] = dialect === "mysql" ? ["≤ 1.10 × the raw client", 1.1] : ["faster than the raw client", 1];
  const what = titleOf(lookup, "apply-small");
  return { what, goal: String(goal), measured: times(found), met: from(found, (one) => one <= Number(most)) };
}

function tripsOfApplying(lookup: Lookup): Goal {
  const trips = from(lookup.own("apply-small"), commandTrips);
  const each = from(trips, (found) => found / stepsOf(lookup, "apply-small"));
  const what = `${titleOf(lookup, "apply-small")}, round trips of each`;
  // Those of the run itself are among them.
  return { what, goal: "1", measured: count(each), met: from(each, (found) => found <= 1.05) };
}

function durable(lookup: Lookup): Goal {
  const [ours, others] = [lookup.own("apply-small"), lookup.raw("apply-small")].map((result) =>
    middle(result, ({ durableWrites }) => durableWrites),
  );
  const more = from(ours, (own) => from(others, (raw) => (own - raw) / stepsOf(lookup, "apply-small")));
  return {
    what: `${titleOf(lookup, "apply-small")}, durable writes of each besides the raw client's`,
    goal: "at most 2, for its two segments",
    measured: count(more),
    met: from(more, (found) => found <= 2),
  };
}

/** What every run needs is known from two runs of different length. */
function script(lookup: Lookup): Goal {
  const [less = "", more = ""] = linearKeys(lookup);
  const [short, long] = [roundTrips(lookup.own(less)), roundTrips(lookup.own(more))];
  const each = from(short, (few) =>
    from(long, (many) => (many - few) / (stepsOf(lookup, more) - stepsOf(lookup, less))),
  );
  const always = from(short, (few) => from(each, (one) => few - one * stepsOf(lookup, less)));
  const trips = from(roundTrips(lookup.own("one-script")), (all) => from(always, (fixed) => all - fixed));
  const what = `${titleOf(lookup, "one-script")}, besides what every run needs`;
  return { what, goal: "1 round trip", measured: count(trips), met: from(trips, (found) => found < 1.5) };
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
  const script = peers.filter(({ contestant }) => /Script/.test(kinds.get(contestant)?.language ?? ""));
  const what = `${titleOf(lookup, "apply-small")}, with 1 ms per round trip`;
  const versus = (other: Result | undefined) =>
    ours && other && from(ratio(ours.delayed, other.delayed), (found) => ({ found, name: other.contestant }));
  const best = versus(fastest(script));
  const dbmate = versus(peers.find(({ contestant }) => contestant.toLowerCase() === "dbmate"));
  return [
    {
      what,
      goal: "≤ 0.5 × the fastest peer in JavaScript",
      measured: best ? `${times(best.found)} ${best.name}` : NONE,
      met: from(best, ({ found }) => found <= 0.5),
    },
    {
      what,
      goal: "ahead of dbmate",
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
      what: `${titleOf(lookup, key)}, compared with half of them`,
      goal: `twice the time, at most ${LINEAR} ×`,
      measured: times(growth),
      met: from(growth, (found) => found <= LINEAR),
    };
  });
}

function memory(lookup: Lookup): Goal {
  const key = linearKeys(lookup).at(-1) ?? "";
  const most = middle(lookup.own(key), ({ memoryBytes }) => memoryBytes);
  const what = `${titleOf(lookup, key)}, resident memory`;
  return { what, goal: "≤ 128 MiB", measured: mebibytes(most), met: from(most, (found) => found <= SMALLEST_LAMBDA) };
}

/** Each with twice the migrations of the one before. */
function linearKeys({ results }: Lookup): readonly string[] {
  return results.workloads.map(({ key }) => key).filter((key) => key.startsWith("linear-"));
}
