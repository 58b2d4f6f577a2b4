import { table } from "../report/words";
import { cpuTitle, kilobytes, TITLES } from "./goals";
import type { Composition, Cpu, Figures, LambdaResult, Spread, SubjectName } from "./result";

/** How many lines of a composition are told. */
const TOP = 10;

/** A section of the third level: how it was measured, and the tables. */
export function lambdaMarkdown(result: LambdaResult): string {
  return [
    "### How functions start",
    method(result),
    "#### Beside the original pattern",
    comparison(result),
    "#### Each function",
    functions(result),
    "#### Which package costs what",
    `Bytes are those of the minified bundle. The time is that of the innermost package at work, from the start of the process
to the answer, in the fastest of a few profiled processes without the runtime's client; loading a built-in module of Node.js,
compiling the bundle and collecting garbage count by themselves, whoever causes them.`,
    ...result.compositions.map(composition),
  ].join("\n\n");
}

function method({ versions, migrations, limiter, figures }: LambdaResult): string {
  const processes = Math.max(...figures.map((one) => one.processes));
  const list = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `Fresh processes of Lambda's own runtime client, ${processes} of each function, in turns. **init**: from the start of the
process until the client asks for its first event. **first call**: from there until the answer; the secret is fetched over HTTP from a
double of Secrets Manager, the database, on this machine and without TLS, holds ${migrations} applied migrations, and there is nothing
to do. **warm**: a second call. **CPU**: of all threads until the first answer. **memory**: resident at the first answer. All are
medians, with the least and the most in brackets; ratios are those of two processes of the same round. A function of 256 or 512 MB has
256/1769 or 512/1769 of a CPU, given by ${limiter}; Lambda gives the initialisation more than that, so both are told.
The original pattern is umzug with its JSON store, serverless-mysql or pg, and the SDK, in one bundle made by the same esbuild with
the same options; the empty handler is what the runtime alone takes.

Versions: ${list.join(", ")}.`;
}

function comparison({ figures }: LambdaResult): string {
  const rows = figures
    .filter(({ kind, title }) => kind !== "ours" || title === "migrate")
    .map((one) => [
      TITLES[one.dialect],
      cpuTitle(one.cpu),
      titleOf(one),
      ms(one.init),
      ms(one.first),
      ms(one.start),
      ratio(one.toOriginal?.start),
      ms(one.cpuTime),
      ratio(one.toOriginal?.cpuTime),
      ms(one.warm),
      mebibytes(one.resident),
    ]);
  const head = [
    "",
    "memory",
    "",
    "init ms",
    "first call ms",
    "both ms",
    "× original",
    "CPU ms",
    "× original",
    "warm ms",
  ];
  return table([...head, "memory MiB"], rows);
}

function functions({ zips, figures }: LambdaResult): string {
  const cpus = figures.flatMap(({ cpu }) => (cpu.init === "share" ? [cpu] : []));
  const sizes = [...new Map(cpus.map((cpu) => [cpu.memoryMb, cpu])).values()];
  const rows = zips.map((zip) => {
    const own = (cpu: Cpu) =>
      figures.find((one) => isSame(one, zip) && one.cpu.memoryMb === cpu.memoryMb && one.cpu.init === cpu.init);
    const parts = sizes.map((cpu) => brief(own(cpu)));
    const [whole] = sizes.flatMap((cpu) => own(cpu) ?? []);
    const cells = [TITLES[zip.dialect], titleOf(zip), kilobytes(zip.bytes), ...parts];
    return [...cells, ms(whole?.cpuTime), mebibytes(whole?.resident)];
  });
  const columns = sizes.map((cpu) => `init + first call, warm: ${cpuTitle(cpu)}`);
  return table(["", "", "zip KB", ...columns, "CPU ms", "memory MiB"], rows);
}

function isSame(one: SubjectName, other: SubjectName): boolean {
  return one.kind === other.kind && one.title === other.title && one.dialect === other.dialect;
}

function brief(figures: Figures | undefined): string {
  if (!figures) return "";
  const [init, first, warm] = [figures.init, figures.first, figures.warm].map(({ median }) => round(median));
  return `${init} + ${first}, ${warm} ms`;
}

function composition(one: Composition): string {
  const rows = one.packages.slice(0, TOP).map(({ name, ms: time, bytes }) => [name, time.toFixed(1), kilobytes(bytes)]);
  const others = one.packages.slice(TOP);
  const rest = others.reduce((sum, { ms: time, bytes }) => ({ time: sum.time + time, bytes: sum.bytes + bytes }), {
    time: 0,
    bytes: 0,
  });
  const last = [`${others.length} others`, rest.time.toFixed(1), kilobytes(rest.bytes)];
  const sum = ["**all**", one.ms.toFixed(1), kilobytes(one.bytes)];
  return table([`${titleOf(one)}, ${TITLES[one.dialect]}`, "ms", "KB"], [...rows, last, sum]);
}

function titleOf({ kind, title }: SubjectName): string {
  return kind === "ours" ? `\`${title}\`` : title;
}

function ms(spread: Spread | undefined): string {
  return spread ? `${round(spread.median)} (${round(spread.min)}–${round(spread.max)})` : "";
}

function ratio(spread: Spread | undefined): string {
  return spread ? `${spread.median.toFixed(2)} (${spread.min.toFixed(2)}–${spread.max.toFixed(2)})` : "";
}

function mebibytes(spread: Spread | undefined): string {
  return spread ? round(spread.median) : "";
}

const round = (value: number): string => value.toFixed(value < 10 ? 1 : 0);
