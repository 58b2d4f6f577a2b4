import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { MigratorError } from "../../lib/errors";
import { createLogger } from "../../lib/settings/logger";

/** Powertools writes to a console of its own, unless it is told that this is a developer's machine. */
function linesOf(work: () => void): readonly Record<string, unknown>[] {
  const lines: string[] = [];
  const spies = (["debug", "info", "warn", "error"] as const).map((method) =>
    jest.spyOn(console, method).mockImplementation((...texts: readonly unknown[]) => {
      lines.push(String(texts[0]));
    }),
  );
  process.env.POWERTOOLS_DEV = "true";
  try {
    work();
  } finally {
    delete process.env.POWERTOOLS_DEV;
    for (const one of spies) one.mockRestore();
  }
  return lines.map((line) => JSON.parse(line));
}

test("writes one JSON object per line, what varies under data", () => {
  const [line] = linesOf(() =>
    createLogger({ logLevel: "info" }).withRun("run-1").info("Migrated", { name: "00_a", message: "kept" }),
  );
  expect(line).toMatchObject({
    level: "INFO",
    message: "Migrated",
    service: "migration-lambda",
    timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
    data: { name: "00_a", message: "kept" },
  });
});

test("puts the run's id in every line of that run", () => {
  const lines = linesOf(() => {
    const log = createLogger({ logLevel: "info" });
    const run = log.withRun("run-1");
    run.info("one");
    log.withRun("run-2", "shop").info("two");
    run.warn("three");
  });
  expect(lines.map(({ runId, database }) => [runId, database])).toEqual([
    ["run-1", undefined],
    ["run-2", "shop"],
    ["run-1", undefined],
  ]);
});

test("leaves out what is below its level", () => {
  const lines = linesOf(() => {
    const log = createLogger({ logLevel: "warn" }).withRun("run-1");
    log.debug("one");
    log.info("two");
    log.warn("three");
    log.error("four");
  });
  expect(lines.map((line) => line.message)).toEqual(["three", "four"]);
});

test("shows an error of ours without its cause, whose text may hold a host", () => {
  const cause = new Error("connect ECONNREFUSED db.internal:3306");
  const error = new MigratorError("UNREACHABLE", "The database does not answer", { cause, advice: "Wait." });
  const [line] = linesOf(() => createLogger({ logLevel: "info" }).withRun("run-1").error("Failed", { error }));
  expect(JSON.stringify(line)).not.toContain("db.internal");
  expect(line).toMatchObject({ data: { error: { code: "UNREACHABLE", message: error.message, advice: "Wait." } } });
});

test("shows where an error that nobody expected came from", () => {
  const [line] = linesOf(() =>
    createLogger({ logLevel: "info" })
      .withRun("run-1")
      .error("Failed", { error: new TypeError("x is not") }),
  );
  const stack = expect.stringContaining("logger.test.ts");
  expect(line).toMatchObject({ data: { error: { name: "TypeError", message: "x is not", stack } } });
});

describe("what is written in one turn", () => {
  const folder = mkdtempSync(join(tmpdir(), "logger-"));
  const bundled = join(folder, "logger.cjs");
  beforeAll(() =>
    build({
      entryPoints: [require.resolve("../../lib/settings/logger")],
      outfile: bundled,
      bundle: true,
      platform: "node",
      logLevel: "error",
    }),
  );
  afterAll(() => rmSync(folder, { recursive: true }));

  /** As a process of its own. */
  function outputsOf(work: string): readonly string[] {
    const script = `const log = require(${JSON.stringify(bundled)}).createLogger({ logLevel: "info" }).withRun("run-1"); ${work}`;
    const { stdout } = spawnSync("sh", ["-c", 'exec "$0" -e "$1" 2>&1', process.execPath, script], {
      encoding: "utf8",
    });
    return stdout.trim().split("\n");
  }
  const messagesOf = (lines: readonly string[]) => lines.map((line) => JSON.parse(line).message);

  test("is not lost when the process ends in that turn", () => {
    expect(messagesOf(outputsOf('log.info("one"); log.info("two"); process.exit(1);'))).toEqual(["one", "two"]);
  });

  test("is not lost when the process ends with an error in that turn", () => {
    const lines = outputsOf('log.info("one"); log.info("two"); throw new Error("three");');
    expect(messagesOf(lines.filter((line) => line.startsWith('{"level"')))).toEqual(["one", "two"]);
  });

  test("keeps its order on both outputs", () => {
    const lines = outputsOf('log.info("one"); log.error("two"); log.info("three"); log.warn("four");');
    expect(messagesOf(lines)).toEqual(["one", "two", "three", "four"]);
  });

  test("leaves in one write", () => {
    const counted = `let writes = 0; const { _writev } = process.stdout;
      process.stdout._writev = function (...all) { writes++; return _writev.apply(this, all); };`;
    const lines = outputsOf(`${counted} for (const one of "abc") log.info(one);
      setImmediate(() => log.error(String(writes)));`);
    expect(messagesOf(lines)).toEqual(["a", "b", "c", "1"]);
  });
});
