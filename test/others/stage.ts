import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { DialectName } from "../../lib/migration";
import { type Answer, type Container, startContainer } from "./container";
import type { Contestant } from "./contestants";
import type { Release } from "./migrations";
import { type Observer, WAYS } from "./observer";
import type { Programs } from "./programs";
import { readState, type State } from "./state";

/** One tool and a database in which its first migration has been applied. */
export interface Stage {
  readonly contestant: Contestant;
  /** A new container of this release. */
  start(release: Release, env?: Readonly<Record<string, string>>): Promise<Warm>;
  /** Makes the third statement wait until the gate is opened; with a table, whoever adds a row to that. */
  closeGate(table?: string): Promise<Gate>;
  state(): Promise<State>;
  /** Until somebody waits for the gate. */
  reached(): Promise<void>;
  /** Until nobody is connected. */
  quiet(): Promise<void>;
  /** Ends the connections that wait for a lock. */
  killConnections(): Promise<void>;
  /** A path of which nothing else knows. */
  readonly mark: string;
}

export interface Gate {
  open(): Promise<void>;
}

/** A container of this database. */
export interface Warm {
  migrate(): Promise<Answer | undefined>;
  rollback(): Promise<Answer | undefined>;
  /** What a person would type. */
  help(): Promise<Answer | undefined>;
  kill(): Promise<void>;
}

export interface Bench {
  readonly dialect: DialectName;
  /** An administrator's login. */
  readonly url: string;
  readonly programs: Programs;
  /** For files. */
  readonly work: string;
}

const POLL_MS = 150;
const LONG_MS = 60_000;

/** Gives `use` a stage of its own, and clears it away. */
export async function withStage<T>(
  bench: Bench,
  contestant: Contestant,
  use: (stage: Stage) => Promise<T>,
): Promise<T> {
  const name = `others_${randomBytes(6).toString("hex")}`;
  const ways = WAYS[bench.dialect];
  const admin = await ways.open(bench.url);
  await admin.query(`CREATE DATABASE ${name}`);
  const url = Object.assign(new URL(bench.url), { pathname: name }).href;
  const [watch, gatekeeper] = [await ways.open(url), await ways.open(url)];
  const all: Container[] = [];
  try {
    await watch.query("CREATE TABLE effects (id VARCHAR(60) PRIMARY KEY, times INT NOT NULL)");
    await watch.query("INSERT INTO effects VALUES ('first', 0), ('fourth', 0), ('gate', 0)");
    const stage = createStage({ ...bench, contestant, url, name, watch, gatekeeper, all });
    const container = await stage.start("first");
    const answer = await container.migrate();
    if (!answer || "error" in answer) throw new Error(`${contestant.title} did not begin: ${JSON.stringify(answer)}`);
    await container.kill();
    return await use(stage);
  } finally {
    await Promise.all(all.map((container) => container.kill()));
    await Promise.all([watch.close(), gatekeeper.close()]);
    await admin.query(`DROP DATABASE ${name}${bench.dialect === "postgres" ? " WITH (FORCE)" : ""}`);
    await admin.close();
  }
}

interface Setting extends Bench {
  readonly contestant: Contestant;
  /** Of the run's own database. */
  readonly url: string;
  readonly name: string;
  readonly watch: Observer;
  readonly gatekeeper: Observer;
  /** Every container that was started. */
  readonly all: Container[];
}

function createStage(setting: Setting): Stage {
  const { dialect, contestant, name, watch, gatekeeper, work } = setting;
  const ways = WAYS[dialect];
  const sessions = async () => {
    const rows = await watch.query(ways.sessions);
    return rows.filter(({ id }) => Number(id) !== watch.id && Number(id) !== gatekeeper.id);
  };
  const waiting = async () => (await sessions()).filter(({ waits }) => Number(waits) === 1);
  return {
    contestant,
    mark: join(work, `${name}.mark`),
    start: (release, env = {}) => start(setting, release, env),
    closeGate: async (table) => {
      await gatekeeper.query("START TRANSACTION");
      await gatekeeper.query(table ? ways.keepFrom(table) : "SELECT * FROM effects WHERE id = 'gate' FOR UPDATE");
      return { open: async () => void (await gatekeeper.query("ROLLBACK")) };
    },
    state: () => readState(watch, ways, contestant),
    reached: () => until(async () => (await waiting()).length > 0),
    quiet: () => until(async () => (await sessions()).length === 0),
    killConnections: async () => {
      for (const { id } of await waiting()) await watch.query(ways.kill(id));
    },
  };
}

async function start(setting: Setting, release: Release, env: Readonly<Record<string, string>>): Promise<Warm> {
  const { contestant, programs, work, name, url, all } = setting;
  const folder = join(work, `${name}-${all.length}`);
  const container = startContainer({ program: await programs(contestant, release), folder, env });
  all.push(container);
  return {
    migrate: () => container.ask({ action: "migrate", url }),
    rollback: () => container.ask({ action: "rollback", url }),
    help: () => container.ask({ action: "help", url }),
    kill: () => container.kill(),
  };
}

export function exists(path: string): Promise<void> {
  return until(async () => existsSync(path));
}

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + LONG_MS;
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error("What was waited for did not come");
    await wait(POLL_MS);
  }
}
