import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { Command } from "../../lib/command";
import { segmentsOf as mysqlSegments } from "../../lib/database/mysql-segments";
import { segmentsOf as postgresSegments } from "../../lib/database/postgres-segments";
import type { DialectName } from "../../lib/migration";
import { readDirectory } from "../../lib/source/directory";
import type { FileMigration } from "../../lib/source/format";
import type { Child, ChildAnswer, Children } from "./call";
import { CELLS, type Cell } from "./cells";
import type { FaultServer } from "./server.mjs";
import { createTurns, type Turns } from "./turns";
import { WORKBENCHES, type Workbench } from "./workbench";

/** All that the runs on one dialect share. */
export interface World {
  readonly dialect: DialectName;
  readonly server: FaultServer;
  readonly workbench: Workbench;
  readonly children: Children;
  /** Those that this server can be hit with. */
  readonly cells: readonly Cell[];
  readonly windows: readonly Window[];
  readonly effects: readonly Effect[];
  readonly turns: Turns;
}

/** Some migrations in a row. */
export interface Window {
  /** Those that are there, the window's last. */
  readonly names: readonly string[];
  /** How many of them are applied before anything happens. */
  readonly before: number;
  /** Of the others: how many pieces they have that commit one after the other. */
  readonly segments: number;
}

export type Direction = "up" | "down";

export interface WorldOptions {
  readonly dialect: DialectName;
  readonly server: FaultServer;
  readonly children: Children;
  readonly folder: string;
  /** Whether each migration of the folder can be applied without the ones before it. */
  readonly order: "any" | "fixed";
}

export async function createWorld({ dialect, server, children, folder, order }: WorldOptions): Promise<World> {
  const { migrations } = await readDirectory(folder, { dialect });
  return {
    dialect,
    server,
    children,
    workbench: WORKBENCHES[dialect](server.url),
    cells: CELLS.filter(({ fault }) => fault !== "restart" || server.canCrash),
    windows: windowsOf(migrations, order, SEGMENTS[dialect]),
    effects: effectsIn(folder),
    turns: createTurns(),
  };
}

/** Two to four at a time, beginning with each of them. */
function windowsOf(
  migrations: readonly FileMigration[],
  order: WorldOptions["order"],
  segmentsIn: (migration: FileMigration) => number,
): readonly Window[] {
  const names = migrations.map(({ name }) => name);
  return migrations.map((_, first): Window => {
    const last = first + 2 + (first % 3);
    const segments = migrations.slice(first, last).reduce((sum, migration) => sum + segmentsIn(migration), 0);
    return order === "any"
      ? { names: names.slice(first, last), before: 0, segments }
      : { names: names.slice(0, last), before: first, segments };
  });
}

/** Roughly, of code that is not one transaction. */
const CODE_SEGMENTS = 4;

const SEGMENTS: Readonly<Record<DialectName, (migration: FileMigration) => number>> = {
  mysql: (one) => ("up" in one ? mysqlSegments(one.up.statements).length : CODE_SEGMENTS),
  postgres: (one) => {
    if ("up" in one) return postgresSegments(one.up, 0).length;
    return one.transaction === false ? CODE_SEGMENTS : 1;
  },
};

/** A statement that counts how often it took effect. */
export interface Effect {
  /** `migration.kind`, with more behind it where there are several. */
  readonly id: string;
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

function effectsIn(folder: string): readonly Effect[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.flatMap(({ parentPath, path, name }) => {
    const file = join(parentPath ?? path, name);
    const lines = readFileSync(file, "utf8").split("\n");
    return lines.flatMap((text, index) => {
      const id = /'(\d+\.[a-z.]+)'/.exec(text)?.[1];
      return id === undefined ? [] : [{ id, file: relative(folder, file), line: index + 1 }];
    });
  });
}

/** One call by a child of its own. */
export interface Asking {
  readonly child: Child;
  readonly database: string;
  readonly names: readonly string[];
  readonly command: Command;
  readonly runId: string;
  /** Where the child finds the server. */
  readonly port: number;
  readonly whenRunning: "answer" | "wait";
  /** Default: PATIENCE_MS. */
  readonly patienceMs?: number;
}

/** How long a caller waits. */
export const PATIENCE_MS = 6_000;

export function ask(world: World, asking: Asking): Promise<ChildAnswer | undefined> {
  const { child, database, names, command, runId, port, whenRunning, patienceMs = PATIENCE_MS } = asking;
  const url = Object.assign(new URL(world.server.url), { port: String(port), pathname: database }).href;
  const call = { requestId: runId, patienceMs, whenRunning };
  return child.ask({ url, names, command, call });
}
