import { spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Advice } from "./progress.mjs";

const LEASH = pathToFileURL(fileURLToPath(new URL("leash.mjs", import.meta.url))).href;
const HOST = "127.0.0.1"; // routes that are closed on AWS are open here: for this machine alone

/**
 * Serves the functions of serverless.yml through serverless-offline until stopped.
 * @returns `{ exited, stop() }` once it answers. @throws Advice with its output when it does not come up.
 */
export async function startOffline({ root, port, lambdaPort, env }) {
  removeBuilds(root);
  const serverless = join(root, "node_modules/serverless/bin/serverless.js");
  const args = ["offline", "start", "--httpPort", port, "--lambdaPort", lambdaPort, "--host", HOST];
  args.push("--noPrependStageInUrl", "--noSponsor", "--localEnvironment");
  const child = spawn(process.execPath, ["--import", LEASH, serverless, ...args.map(String)], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ["pipe", "pipe", "pipe"],
    // Ctrl-C reaches every process of the terminal's group. What stops when is decided in one place.
    detached: true,
  });
  const exited = once(child, "exit");
  const output = listen(child);
  if (!(await answers(port, child))) throw new Advice(`serverless-offline did not start:\n${output.before.join("\n")}`);
  output.show();
  return {
    exited,
    async stop() {
      child.stdin.end();
      await exited;
      removeBuilds(root);
    },
  };
}

// What a killed run left there would find its way into the next zip.
function removeBuilds(root) {
  rmSync(join(root, ".esbuild"), { recursive: true, force: true });
}

// Its banner is noise, unless it does not come up. After that its lines are the requests and the functions' logs.
function listen(child) {
  const before = [];
  let sink = (line) => before.push(line);
  for (const stream of [child.stdout, child.stderr]) {
    createInterface(stream).on("line", (line) => line.trim() && sink(line));
  }
  return {
    before,
    show() {
      sink = (line) => console.log(line);
    },
  };
}

async function answers(port, child) {
  while (child.exitCode === null && child.signalCode === null) {
    try {
      await fetch(`http://${HOST}:${port}/`);
      return true; // any answer will do, "not found" as well
    } catch {
      await sleep(100);
    }
  }
  await sleep(100); // for its last lines
  return false;
}
