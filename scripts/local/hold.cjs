// CommonJS, because the tests load it too, and Jest cannot load an ES module.
const { spawn } = require("node:child_process");
const { once } = require("node:events");
const { join } = require("node:path");
const { createInterface } = require("node:readline");

exports.TEST_VARIABLES = {
  mysql: "TEST_MYSQL_URL",
  postgres14: "TEST_POSTGRES_14_URL",
  postgres18: "TEST_POSTGRES_18_URL",
};

/** Starts a private server (see server.mjs) that lives no longer than this process. */
exports.holdServer = async (folder, use, name) => {
  const child = spawn(process.execPath, [join(__dirname, "server.mjs"), folder, use, name], {
    stdio: ["pipe", "pipe", "inherit"],
    // Ctrl-C reaches every process of the terminal's group. The server is to outlive whoever still uses it.
    detached: true,
  });
  const exited = once(child, "exit");
  const [line] = await Promise.race([once(createInterface(child.stdout), "line"), exited.then(() => [])]);
  if (line === undefined) throw new Error("The private database server could not be started: see above.");
  // None of these keeps the holder alive.
  for (const handle of [child, child.stdin, child.stdout]) handle.unref();
  return {
    ...JSON.parse(line),
    exited: exited.then(() => undefined),
    async stop() {
      child.ref();
      child.stdin.end();
      await exited;
    },
  };
};
