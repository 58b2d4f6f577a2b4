import { chownSync } from "node:fs";
import { output } from "./command.mjs";
import { Advice } from "./progress.mjs";

/** The user and the group without rights of any Linux. A number: the group has two names. */
const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;

/**
 * A command and its arguments such that it does not run as root, for programs that refuse to. Other users run it as it is.
 * It may still pass through closed folders, as a checkout below /root is; its own look at that (access(2)) counts the
 * capability only with this securebit.
 * @throws Advice when this system has no way to do so.
 */
export function unlessRoot(command, args) {
  if (!isRoot) return { command, args };
  if (output("setpriv", ["--version"]) === undefined)
    throw new Advice("PostgreSQL refuses to run as root, and setpriv (util-linux) is not here: use another user.");
  const identity = [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"];
  const reach = ["--inh-caps=+dac_override", "--ambient-caps=+dac_override", "--securebits=+no_setuid_fixup"];
  return { command: "setpriv", args: [...identity, ...reach, "--", command, ...args] };
}

/** Gives a file or folder to whoever `unlessRoot` runs commands as. */
export function give(path) {
  if (isRoot) chownSync(path, NOBODY, NOBODY);
}
