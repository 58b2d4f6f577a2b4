import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { oneAtATime } from "./one-at-a-time";

export interface LambdaRuntime {
  /** The Node.js binary of the deployed runtime, nodejs24.x. */
  readonly node: string;
  /** AWS's own runtime client, which that runtime starts. */
  readonly entry: string;
}

/** What a hook that may have to build the runtime should be given: about 100 s on two slow cores. */
export const RUNTIME_BUILD_MS = 600_000;

const FOLDER = resolve("test/runtime");
const MODULES = join(FOLDER, "node_modules");
const STAMP = join(MODULES, ".built");
const PROGRESS_MS = 15_000;
const LINES_OF_A_FAILURE = 40;
/** setpriv (util-linux) ties the life of the environments to the test's; the rest builds the client. */
const TOOLS = ["setpriv", "cmake", "make", "g++", "python3", "tar", "xz"];

/** Installs what test/runtime asks for when it is not there yet. Fails, rather than skips, when that cannot be done. */
export async function ensureLambdaRuntime(): Promise<LambdaRuntime> {
  const runtime = {
    node: join(MODULES, `node24-${process.arch}`, "bin/node"),
    entry: join(MODULES, "aws-lambda-ric/index.mjs"),
  };
  if (process.platform !== "linux" || !["x64", "arm64"].includes(process.arch)) {
    throw new Error(`The Lambda runtime runs on Linux x64 and arm64, not on ${process.platform} ${process.arch}`);
  }
  if (!isBuilt()) {
    await oneAtATime("lambda-runtime", build, () => say("another process builds the Lambda runtime: waiting for it"));
  }
  for (const file of Object.values(runtime)) {
    if (!existsSync(file)) throw new Error(`${file} is missing although test/runtime was installed: remove ${MODULES}`);
  }
  return runtime;
}

async function build(): Promise<void> {
  if (isBuilt()) return;
  const missing = TOOLS.filter((tool) => spawnSync("which", [tool]).status !== 0);
  if (missing.length > 0) throw new Error(`The Lambda runtime needs ${missing.join(", ")} (Debian: apt-get install)`);
  const began = Date.now();
  say("building the Lambda runtime in test/runtime, once, about 100 s");
  const progress = setInterval(() => say(`still building, ${Math.round((Date.now() - began) / 1000)} s`), PROGRESS_MS);
  try {
    await npmCi();
  } finally {
    clearInterval(progress);
  }
  // npm ci begins by removing node_modules: a build that was cut off leaves no stamp.
  writeFileSync(STAMP, fingerprint());
  say(`built in ${Math.round((Date.now() - began) / 1000)} s`);
}

function npmCi(): Promise<void> {
  return new Promise((done, fail) => {
    const npm = spawn("npm", ["ci", "--no-audit", "--no-fund", "--prefix", FOLDER], {
      cwd: FOLDER,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [npm.stdout, npm.stderr]) stream.on("data", (chunk) => (output += chunk));
    npm.once("error", fail);
    npm.once("close", (code, signal) => {
      if (code === 0) return done();
      const end = output.trimEnd().split("\n").slice(-LINES_OF_A_FAILURE).join("\n");
      fail(new Error(`npm ci in test/runtime failed (${signal ?? `exit ${code}`}):\n${end}`));
    });
  });
}

function isBuilt(): boolean {
  return existsSync(STAMP) && readFileSync(STAMP, "utf8") === fingerprint();
}

/** The client is a native addon: built for these versions, on this architecture. */
function fingerprint(): string {
  const lock = readFileSync(join(FOLDER, "package-lock.json"));
  return `${process.arch} ${createHash("sha256").update(lock).digest("hex")}\n`;
}

function say(text: string): void {
  process.stderr.write(`lambda runtime: ${text}\n`);
}
