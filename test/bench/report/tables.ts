import type { DialectName } from "../../../lib/migration";
import type { Result, Results, Sample, Traffic, WorkloadFacts } from "../results";
import { medianOf, ratioToRaw, trafficOf } from "./figures";
import { from } from "./goal";
import { bytes, count, duration, mebibytes, NONE, table, times } from "./words";

/** One workload on one server; the fastest first, what failed last. */
export function tableOf(results: Results, dialect: DialectName, workload: WorkloadFacts): string {
  const own = results.results.filter((one) => one.dialect === dialect && one.workload === workload.key);
  const time = (result: Result) => timeOf(shareOf(result, workload).direct) ?? Number.POSITIVE_INFINITY;
  const sorted = own.toSorted((a, b) => time(a) - time(b));
  const head = headOf(workload);
  const rows = sorted.map((result) => {
    const { contestant, failure } = result;
    if (failure !== undefined) return [contestant, failure, ...head.slice(2).map(() => "")];
    return rowOf(results, result, workload);
  });
  return table(head, rows);
}

function headOf({ each }: WorkloadFacts): readonly string[] {
  const of = (figure: string) => (each ? `${figure}, each` : figure);
  return [
    "",
    "× raw",
    of("time"),
    of("the call alone"),
    of("CPU"),
    "memory",
    of("server's CPU"),
    "durable writes, each",
    of("round trips (of logins)"),
    of("sent, received"),
    "+ 1 ms: × raw",
    of("+ 1 ms: time"),
    "rounds",
    ...(each ? [`${each}s`] : []),
  ];
}

function rowOf(results: Results, result: Result, workload: WorkloadFacts): readonly string[] {
  const { steps = workload.steps } = result;
  const share = shareOf(result, workload);
  const { direct, delayed } = share;
  const writes = medianOf(result.direct, ({ durableWrites }) => durableWrites);
  const sent = trafficOf(share, ({ bytesToServer }) => bytesToServer);
  const received = trafficOf(share, ({ bytesToClient }) => bytesToClient);
  return [
    result.contestant,
    times(ratioToRaw(results, result, "direct")),
    wall(direct),
    duration(medianOf(direct, ({ callMs }) => callMs)),
    duration(medianOf(direct, ({ cpuMs }) => cpuMs)),
    mebibytes(medianOf(direct, ({ memoryBytes }) => memoryBytes)),
    duration(medianOf(direct, ({ serverCpuMs }) => serverCpuMs)),
    count(writes === undefined ? undefined : writes / steps),
    trips(share),
    sent === undefined ? NONE : `${bytes(sent)}, ${bytes(received)}`,
    times(ratioToRaw(results, result, "delayed")),
    wall(delayed),
    direct.length === delayed.length ? String(direct.length) : `${direct.length}, ${delayed.length}`,
    ...(workload.each ? [String(steps)] : []),
  ];
}

/** What is told of a result: of all of it, or of each of its steps. */
function shareOf(result: Result, { each, steps }: WorkloadFacts): Result {
  if (!each) return result;
  const parts = result.steps ?? steps;
  const share = (samples: readonly Sample[]) => samples.map((sample) => partOf(sample, parts));
  return { ...result, direct: share(result.direct), delayed: share(result.delayed) };
}

function partOf(sample: Sample, parts: number): Sample {
  const { wallMs, callMs, cpuMs, serverCpuMs, traffic } = sample;
  const part = (figure: number | undefined) => from(figure, (whole) => whole / parts);
  return {
    ...sample,
    wallMs: wallMs / parts,
    callMs: part(callMs),
    cpuMs: part(cpuMs),
    serverCpuMs: part(serverCpuMs),
    ...(traffic && { traffic: partOfTraffic(traffic, parts) }),
  };
}

function partOfTraffic(traffic: Traffic, parts: number): Traffic {
  return {
    connections: traffic.connections / parts,
    roundTrips: traffic.roundTrips / parts,
    handshakes: traffic.handshakes / parts,
    bytesToServer: traffic.bytesToServer / parts,
    bytesToClient: traffic.bytesToClient / parts,
  };
}

function timeOf(samples: readonly Sample[]): number | undefined {
  return medianOf(samples, ({ wallMs }) => wallMs);
}

function wall(samples: readonly Sample[]): string {
  const walls = samples.map(({ wallMs }) => wallMs);
  const middle = timeOf(samples);
  if (middle === undefined) return NONE;
  const range = walls.length > 1 ? ` (${duration(Math.min(...walls))} – ${duration(Math.max(...walls))})` : "";
  return duration(middle) + range;
}

function trips(result: Result): string {
  const all = trafficOf(result, ({ roundTrips }) => roundTrips);
  const logins = trafficOf(result, ({ handshakes }) => handshakes);
  return all === undefined ? NONE : `${count(all)} (${count(logins)})`;
}
