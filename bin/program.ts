import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command, CommanderError, Option } from "commander";
import type { Asked, Show, Target } from "./asked";
import { COMMANDS, type CommandName, type Key, optionOf } from "./commands";
import { EXIT } from "./exit-code";
import { withoutUrls } from "./text";

type Values = Readonly<Record<string, unknown>>;

const AFTER = `
Exit codes: ${EXIT.done} done, ${EXIT.failed} failed, ${EXIT.usage} usage, ${EXIT.nothing} nothing to do (with --detailed-exit-code), \
${EXIT.refused} refused, ${EXIT.running} still running,
${EXIT.unreachable} cannot connect. More: docs/cli.md in the package.`;

/** @returns what is asked for, or the exit code where that has been answered: with help, or with what is wrong about it */
export function readArguments(args: readonly string[]): Asked | number {
  let asked: Asked | undefined;
  const program = createProgram((found) => {
    asked = found;
  });
  try {
    program.parse(args, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  }
  return asked ?? EXIT.usage;
}

function createProgram(ask: (asked: Asked) => void): Command {
  const program = new Command("migration-lambda")
    .description("Runs the schema migrations of a database that only a Lambda inside its VPC can reach.")
    .version(ownVersion())
    .addHelpText("after", AFTER)
    // Before any subcommand is made: each takes these from its parent.
    .exitOverride()
    .showHelpAfterError("Add --help for all options.")
    .configureOutput({ writeErr: (text) => process.stderr.write(withoutUrls(text)) });
  for (const [name, { description, keys }] of Object.entries(COMMANDS)) {
    const command = program.command(name).description(description);
    const options = keys.map((key) => [key, new Option(...optionOf(key))] as const);
    for (const [, option] of options) command.addOption(option);
    if (name === "status") command.option("--watch", "wait for the end of the run");
    withTarget(command);
    command.option("--detailed-exit-code", `exit with ${EXIT.nothing} where there is nothing to do`);
    command.action((values: Values) => {
      const { watch } = values;
      ask({
        kind: "command",
        name: name as CommandName,
        input: inputOf(options, values),
        ...(watch === true && { watch }),
        target: targetOf(values, command),
        show: values as Show,
      });
    });
  }
  addNew(program, ask);
  addLogs(program, ask);
  return program;
}

/** Compiled, this file is in dist/bin. */
function ownVersion(): string {
  return JSON.parse(readFileSync(join(__dirname, "../../package.json"), "utf8")).version;
}

/** Numbers as numbers; what is none is told of by whoever checks the Command. */
function inputOf(options: readonly (readonly [Key, Option])[], values: Values): Values {
  const given = options.map(([key, option]) => [key, values[option.attributeName()]] as const);
  return Object.fromEntries(
    given
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [
        key,
        (key === "steps" || key === "statement") && isNumber(value) ? Number(value) : value,
      ]),
  );
}

function isNumber(value: unknown): boolean {
  return typeof value === "string" && /^-?\d+(?:\.\d+)?$/.test(value);
}

function withTarget(command: Command): Command {
  return command
    .addOption(functionOption())
    .addOption(
      new Option("--region <region>", "its region, where AWS_REGION or AWS_PROFILE do not say it").conflicts("url"),
    )
    .addOption(
      new Option("--url [url]", "run here, on this database; without a value, on the one that the environment names"),
    )
    .addOption(
      new Option("--dir <folder>", "with --url: the migrations (default: MIGRATIONS_DIR, else migrations)").conflicts(
        "function",
      ),
    )
    .addOption(
      new Option("--format <name>", "with --url: whose files they are, where that does not show").conflicts("function"),
    )
    .option("--json", "print the Report as JSON, and nothing else")
    .option("--verbose", "show the log of what runs here, and where an unexpected error comes from");
}

function functionOption(): Option {
  const description = "the deployed functions: SERVICE-STAGE, or the name of any of them";
  return new Option("--function <name>", description).conflicts("url");
}

function targetOf(values: Values, command: Command): Target {
  const { function: name, region, url, dir, format } = values as Readonly<Record<string, string | true>>;
  if (typeof name === "string") return { at: "function", name, ...(typeof region === "string" && { region }) };
  if (url === undefined) command.error("error: say where: --function NAME, or --url DATABASE_URL");
  return {
    at: "here",
    ...(typeof url === "string" && { url }),
    ...(typeof dir === "string" && { dir }),
    ...(typeof format === "string" && { format }),
  };
}

function addNew(program: Command, ask: (asked: Asked) => void): void {
  program
    .command("new <name>")
    .description("write the next migration from a template")
    .addOption(new Option("--ts", "in TypeScript").conflicts("pair"))
    .option("--pair", "two SQL files, up and down")
    .option("--dir <folder>", "where to (default: MIGRATIONS_DIR, else migrations)")
    .action((name: string, { ts, pair, dir }: { ts?: true; pair?: true; dir?: string }) => {
      ask({ kind: "new", name, files: ts ? "code" : pair ? "pair" : "one", ...(dir !== undefined && { dir }) });
    });
}

function addLogs(program: Command, ask: (asked: Asked) => void): void {
  program
    .command("logs")
    .description("what the functions have logged of a run")
    .requiredOption("--run <id>", "the id of the run")
    .addOption(functionOption().makeOptionMandatory())
    .option("--region <region>", "its region, where AWS_REGION or AWS_PROFILE do not say it")
    .option("--json", "print the lines as they are, a JSON object each")
    .action(({ run: runId, function: name, region, json }: Readonly<Record<string, string>>) => {
      const target = { at: "function", name: name ?? "", ...(region !== undefined && { region }) } as const;
      ask({ kind: "logs", runId: runId ?? "", target, show: { json: json !== undefined } });
    });
}
