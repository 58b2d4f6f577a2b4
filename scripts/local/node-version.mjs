import { Advice } from "./progress.mjs";

const WANTED = [20, 19];

/** @throws Advice when this Node.js is older than the tool chain can bear. */
export function requireNode(version = process.versions.node) {
  const [major, minor] = version.split(".").map(Number);
  if (major > WANTED[0] || (major === WANTED[0] && minor >= WANTED[1])) return;
  throw new Advice(`Node.js ${WANTED.join(".")} or newer is needed; this is ${version}. See https://nodejs.org`);
}
