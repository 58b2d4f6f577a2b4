import { spawn } from "node:child_process";
import { once } from "node:events";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { BREAKS, IDLE } from "./breaks";
import { replaceOnce } from "./build-child";
import { CELLS } from "./cells";

/** A run for each cell on each dialect, and their servers besides, on a machine that does other things too. */
const LONG_MS = 400_000;
const root = resolve(__dirname, "../..");
const leash = join(root, "scripts/local/leash.mjs");

/** The seed of a run that comes to the place where the part matters. */
const NOTICED = {
  mysql: {
    "write-ahead-mark": 43,
    "lock-check": 98,
    "segment-transaction": 1142,
    joining: 33,
    settling: 138,
    traces: 1487,
    "hand-over": 87,
    "time-check": 297,
    "start-check": 297,
    frame: 88,
  },
  postgres: {
    "write-ahead-mark": 42,
    "lock-check": 98,
    "segment-transaction": 42,
    joining: 33,
    "time-check": 397,
    "start-check": 397,
    frame: 92,
  },
};

function matteringOn(dialect: string): readonly string[] {
  const idle: readonly string[] = dialect === "postgres" ? IDLE.postgres : IDLE.mysql;
  return Object.keys(BREAKS).filter((name) => !idle.includes(name));
}

/** The harness has servers of its own, which it kills: it is a process beside those of the tests. */
async function faults(...args: readonly string[]): Promise<{ readonly code: number; readonly output: string }> {
  const program = [`--import=${leash}`, join(root, "scripts/faults.mjs"), ...args];
  const child = spawn(process.execPath, program, { cwd: root, stdio: ["pipe", "pipe", "pipe"] });
  const ended = once(child, "exit");
  const [output, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, output: output + errors };
}

/** One run for each part that is switched off. */
function without(dialect: string, seeds: readonly (readonly [name: string, seed: number])[]) {
  return faults(
    ...seeds.flatMap(([name, seed]) => ["--break", `${name}:${seed}`]),
    "--runs",
    "1",
    "--dialect",
    dialect,
  );
}

describe("the fault harness", () => {
  test.concurrent.each(["mysql", "postgres"])(
    "finds nothing on %s with a fault in every cell",
    async (dialect) => {
      const { code, output } = await faults("--runs", String(CELLS.length), "--seed", "1", "--dialect", dialect);
      expect(output).not.toContain("diverged: ");
      expect(output).toContain(`${CELLS.length} runs`);
      expect(code).toBe(0);
    },
    LONG_MS,
  );

  test.concurrent.each(Object.entries(NOTICED))(
    "notices on %s each part that is switched off",
    async (dialect, seeds) => {
      const entries = Object.entries(seeds);
      const { output } = await without(dialect, entries);
      // Whether a statement still ends whose connection is killed is for the server to say.
      const missed = entries.filter(([name]) => output.includes(`That ${name} is missing was not noticed`));
      const again = missed.length > 0 ? (await without(dialect, missed)).output : "";
      for (const name of matteringOn(dialect)) expect(output + again).toContain(`That ${name} is missing was noticed`);
    },
    LONG_MS,
  );

  test.each(["nothing of the kind", "piece, and once more: piece"])(
    "refuses to switch off what is not there once: %s",
    (source) => {
      expect(() => replaceOnce(source, { file: "x.ts", from: "piece", to: "" })).toThrow("not once");
    },
  );

  test("has few enough cells for twenty hits of each in a thousand runs", () => {
    expect(CELLS.length).toBeLessThanOrEqual(50);
  });
});
