import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { type HeldServer, holdServer, type ServerName } from "../../scripts/local/hold.cjs";
import { ask } from "../support/ask";

const SERVER = join(__dirname, "../../scripts/local/server.mjs");

let folder: string;
const held: HeldServer[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "local server test-"));
});

afterEach(async () => {
  for (const server of held.splice(0)) await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe.each([
  { name: "mysql", owner: "root", refusal: /denied/ },
  { name: "postgres18", owner: "postgres", refusal: /no pg_hba.conf entry/ },
] as const)("$name", ({ name, owner, refusal }) => {
  test("a second start finds the data of the first", async () => {
    const first = await hold(folder, name);
    await ask(first.url, "CREATE TABLE kept AS SELECT 42 AS answer");
    await first.stop();

    const second = await hold(folder, name);

    expect(await ask(second.url, "SELECT answer FROM kept")).toEqual([{ answer: 42 }]);
  });

  test("a server that was killed comes up again with what was committed", async () => {
    const first = await hold(folder, name);
    await ask(first.url, "CREATE TABLE kept AS SELECT 42 AS answer");
    process.kill(first.pid, "SIGKILL");
    await first.exited;

    const second = await hold(folder, name);

    expect(await ask(second.url, "SELECT answer FROM kept")).toEqual([{ answer: 42 }]);
  });

  test("a server whose keeper was killed is replaced by the next start", async () => {
    const keeper = keep(name);
    const { port } = await keeper.ready;
    keeper.child.kill("SIGKILL");
    await keeper.exited;
    expect(await accepts(port)).toBe(true);

    const next = await hold(folder, name);

    expect(await accepts(port)).toBe(false);
    expect(await ask(next.url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  });

  test("a second keeper of the same folder is turned away while the first lives", async () => {
    await hold(folder, name);
    const second = keep(name);

    expect(await second.exited).toBe(1);
    expect(second.complaint()).toContain("is in use by another start of this project");
  });

  test("stopping frees the port", async () => {
    const server = await hold(folder, name);
    expect(await accepts(server.port)).toBe(true);

    await server.stop();

    expect(await accepts(server.port)).toBe(false);
  });

  test("the death of the holder stops the server", async () => {
    const holder = spawn(process.execPath, [
      "-e",
      `require(${JSON.stringify(join(__dirname, "../../scripts/local/hold.cjs"))})
       .holdServer(${JSON.stringify(folder)}, "tests", ${JSON.stringify(name)})
       .then(({ port }) => { console.log(port); setInterval(() => {}, 1000); });`,
    ]);
    const port = Number(await firstLine(holder.stdout));
    expect(await accepts(port)).toBe(true);
    holder.kill("SIGKILL");

    while ((await accepts(port)) || existsSync(folder)) await sleep(20);
  });

  test("a folder too deep for a socket, with a space in its path, works", async () => {
    const deep = join(folder, ...Array.from({ length: 12 }, () => "a deep folder"));
    mkdirSync(deep, { recursive: true });

    const server = await hold(deep, name);

    expect(await ask(server.url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  });

  test("its user has one database, and whoever owns the server has no way in over the network", async () => {
    const { url } = await hold(folder, name);

    await expect(ask(url, "CREATE DATABASE another")).rejects.toThrow(/denied/);
    await expect(ask(loginAs(url, owner, ""), "SELECT 1")).rejects.toThrow(refusal);
  });
});

test("a folder of one kind of server is of no use to another, and not harmed by it", async () => {
  const first = await hold(folder, "postgres14");
  await ask(first.url, "CREATE TABLE kept AS SELECT 42 AS answer");
  await first.stop();
  const other = await hold(folder, "postgres18");
  await expect(ask(other.url, "SELECT answer FROM kept")).rejects.toThrow(/does not exist/);
  await other.stop();

  const again = await hold(folder, "postgres14");

  expect(await ask(again.url, "SELECT answer FROM kept")).toEqual([{ answer: 42 }]);
});

async function hold(where: string, name: ServerName): Promise<HeldServer> {
  const server = await holdServer(where, "development", name);
  held.push(server);
  return server;
}

/** A keeper that this test holds itself. */
function keep(name: ServerName) {
  const child = spawn(process.execPath, [SERVER, folder, "development", name]);
  let complaint = "";
  child.stderr.on("data", (text) => {
    complaint += text;
  });
  return {
    child,
    ready: firstLine(child.stdout).then((line) => JSON.parse(line) as HeldServer),
    exited: new Promise<number | null>((resolve) => child.once("exit", resolve)),
    complaint: () => complaint,
  };
}

function firstLine(stream: NodeJS.ReadableStream): Promise<string> {
  return new Promise((resolve) => createInterface(stream).once("line", resolve));
}

function loginAs(url: string, user: string, password: string): string {
  return Object.assign(new URL(url), { username: user, password }).href;
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1").once("error", () => resolve(false));
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
  });
}
