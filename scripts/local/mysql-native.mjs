import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { exitCode } from "./command.mjs";
import { Advice } from "./progress.mjs";

/** How to run the MySQL-family server of `folder` with a program of this machine. Creates its data folder the first time. */
export async function nativeLaunch({ program, folder, scratch, port, initFile, options, log }) {
  // Each product has its own folder: neither opens the other's data.
  const data = join(folder, `data-${program.kind}`);
  if (!existsSync(data)) await createData({ program, data, scratch, log });
  const link = join(scratch, "data");
  rmSync(link, { force: true });
  symlinkSync(data, link);
  const socket = join(scratch, "socket");
  const args = ["--no-defaults", ...asRoot(), `--datadir=${link}`, `--socket=${socket}`, `--port=${port}`];
  args.push("--bind-address=127.0.0.1", `--pid-file=${join(scratch, "pid")}`, `--init-file=${initFile}`, ...options);
  args.push(ownTemporary(scratch));
  if (program.kind === "mysql") args.push("--mysqlx=OFF", "--secure-file-priv=NULL");
  // Whoever greets at our own socket is our server, and it opens the port before the socket.
  return { command: program.server, args, facts: {}, greeting: [{ path: socket }, { host: "127.0.0.1", port }] };
}

// Under another name until it is complete: a start that is killed meanwhile must not leave half of it behind.
async function createData({ program, data, scratch, log }) {
  const draft = `${data}.new`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { mode: 0o700 });
  // mariadb-install-db cannot bear a space in the path; the scratch folder's has none.
  const link = join(scratch, "new");
  symlinkSync(draft, link);
  const common = ["--no-defaults", ...asRoot(), `--datadir=${link}`, ownTemporary(scratch)];
  const [command, args] =
    program.kind === "mysql"
      ? [program.server, [...common, "--initialize-insecure"]]
      : [
          program.installer,
          [...common, "--auth-root-authentication-method=socket", "--skip-test-db", "--skip-name-resolve"],
        ];
  const code = await exitCode(command, args, { stdio: ["ignore", log, log] });
  rmSync(link);
  if (code !== 0) throw new Advice(`${command} could not create a database: see server.log beside ${draft}.`);
  renameSync(draft, data);
}

// A server that starts removes the temporary tables that it finds, be they those of one that runs: so each has its own.
function ownTemporary(scratch) {
  return `--tmpdir=${scratch}`;
}

// The server refuses to run as root unless told so; anyone else must not pass it.
function asRoot() {
  return process.getuid?.() === 0 ? ["--user=root"] : [];
}
