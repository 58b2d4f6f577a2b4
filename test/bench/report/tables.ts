import type { DialectName } from "../../../lib/migration";
import type { Result, Results, Sample, WorkloadFacts } from "../results";
import { medianOf, ratioToRaw, trafficOf } from "./figures";
import { bytes, count, duration, mebibytes, NONE, table, times } from "./words";

const HEAD = [
  "",
  "× raw",
  "time",
  "CPU",
  "memory",
  "server's CPU",
  "durable writes, each",
  "round trips (of logins)",
  "sent, received",
  "+ 1 ms: × raw",
  "+ 1 ms: time",
  "rounds",
];

/** One workload on one server; the fastest first, what failed last. */
export function tableOf(results: Results, dialect: DialectName, workload: WorkloadFacts): string {
  const own = results.results.filter((one) => one.dialect === dialect && one.workload === workload.key);
  const time = ({ direct }: Result) => medianOf(direct, ({ wallMs }) => wallMs) ?? Number.POSITIVE_INFINITY;
  const sorted = own.toSorted((a, b) => time(a) - time(b));
  return table(
    HEAD,
    sorted.map((result) => rowOf(results, result, workload)),
  );
}

function rowOf(results: Results, result: Result, { steps }: WorkloadFacts): readonly string[] {
  const { contestant, direct, delayed, failure } = result;
  if (failure !== undefined) return [contestant, `failed: ${failure}`, ...HEAD.slice(2).map(() => "")];
  const writes = medianOf(direct, ({ durableWrites }) => durableWrites);
  const sent = trafficOf(result, ({ bytesToServer }) => bytesToServer);
  const received = trafficOf(result, ({ bytesToClient }) => bytesToClient);
  return [
    contestant,
    times(ratioToRaw(results, result, "direct")),
    wall(direct),
    duration(medianOf(direct, ({ cpuMs }) => cpuMs)),
    mebibytes(medianOf(direct, ({ memoryBytes }) => memoryBytes)),
    duration(medianOf(direct, ({ serverCpuMs }) => serverCpuMs)),
    count(writes === undefined ? undefined : writes / steps),
    trips(result),
    `${bytes(sent)}, ${bytes(received)}`,
    times(ratioToRaw(results, result, "delayed")),
    wall(delayed),
    direct.length === delayed.length ? String(direct.length) : `${direct.length}, ${delayed.length}`,
  ];
}

function wall(samples: readonly Sample[]): string {
  const walls = samples.map(({ wallMs }) => wallMs);
  const middle = medianOf(samples, ({ wallMs }) => wallMs);
  if (middle === undefined) return NONE;
  const range = walls.length > 1 ? ` (${duration(Math.min(...walls))} – ${duration(Math.max(...walls))})` : "";
  return duration(middle) + range;
}

function trips(result: Result): string {
  const all = trafficOf(result, ({ roundTrips }) => roundTrips);
  const logins = trafficOf(result, ({ handshakes }) => handshakes);
  return all === undefined ? NONE : `${count(all)} (${count(logins)})`;
}
