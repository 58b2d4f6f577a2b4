import type { AcceptCommand } from "../command";
import { compare } from "../compare";
import type { State } from "../database/database";
import type { Migration } from "../migration";
import type { Problem } from "../report";
import { unknownTarget } from "./plan";
import { refusedReport, report } from "./reports";
import { finish, type Task, type Turn } from "./turn";

/** Takes an applied migration's file, as it is now, for what was applied; runs nothing. */
export function acceptTask(turn: Turn, command: AcceptCommand): Task {
  const { head, run, migrations } = turn;
  const { reason } = command;
  return {
    look: async () => undefined,
    carryOut: async (session, state) => {
      await session.startRun(run, []);
      const found = changedFile(command, migrations, state);
      if ("problem" in found) return finish(session, { ...refusedReport(head, [found.problem]), reason });
      const { name, checksum, normalised, down } = found.migration;
      const message = `The file of ${name} counts as what was applied.`;
      const ended = report(head, { outcome: "done", message, reason });
      await session.accept({ name, checksum, normalised, ...(down && { down }) }, [ended]);
      return ended;
    },
  };
}

/** Pure. */
function changedFile(
  { migration: name }: AcceptCommand,
  migrations: readonly Migration[],
  { applied, step }: State,
): { readonly migration: Migration } | { readonly problem: Problem } {
  const file = migrations.find((migration) => migration.name === name);
  const row = applied.find((one) => one.name === name);
  if (!row) return { problem: file ? notApplied(name) : unknownTarget(name, migrations) };
  if (!file) return { problem: withoutFile(name) };
  if (step?.name === name) return { problem: halfWay(name) };
  const { changed, reformatted } = compare(migrations, applied);
  if ([...changed, ...reformatted].includes(file)) return { migration: file };
  return { problem: unchanged(file) };
}

function notApplied(migration: string): Problem {
  const message = `${migration} is not applied.`;
  return { code: "NOT_APPLIED", migration, message, advice: "Call migrate, which applies the file as it is now." };
}

function withoutFile(migration: string): Problem {
  const message = `${migration} is applied, but this bundle has no file of that name.`;
  return { code: "FILE_GONE", migration, message, advice: "Deploy a bundle that has the file." };
}

function halfWay(migration: string): Problem {
  const message = `${migration} is half reverted.`;
  return { code: "IN_PROGRESS", migration, message, advice: "Call migrate or rollback first, which finish that." };
}

function unchanged({ name, repeatable, up }: Migration): Problem {
  return {
    code: "NOT_CHANGED",
    migration: name,
    file: up.file,
    message: repeatable
      ? `${name} is repeatable: a change of it is applied and not accepted.`
      : `${name} is what was applied.`,
    advice: repeatable ? "Call migrate." : "There is nothing to accept.",
  };
}
