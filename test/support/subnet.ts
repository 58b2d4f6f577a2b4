import { execFileSync } from "node:child_process";
import { randomInt } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A network of its own, in which packets to anywhere but this machine's end of it vanish: a subnet without a route. */
export interface Subnet {
  /** Runs a program in it. */
  readonly command: readonly string[];
  /** This machine's address in it. */
  readonly gateway: string;
  /** An address in it that nobody has. */
  readonly nobody: string;
  remove(): void;
}

/** Why there can be no subnet on this machine; undefined where there can be. */
export function whyNoSubnet(): string | undefined {
  if (process.platform !== "linux") return `network namespaces are Linux's, and this is ${process.platform}`;
  if (process.getuid?.() !== 0) return "only root can make network namespaces";
  try {
    createSubnet({}).remove();
    return undefined;
  } catch (error) {
    return `no network namespace can be made: ${error}`;
  }
}

/**
 * Makes one, in which names are resolved by this list alone: like those of AWS in a VPC, where they lead somewhere, whether or
 * not there is a route. The next hop has an address that nobody answers to, so nothing comes back, not even a refusal.
 */
export function createSubnet(hosts: Readonly<Record<string, string>>): Subnet {
  const id = randomInt(2 ** 14);
  const name = `ml-${id}`;
  const [inside, outside] = [`mli${id}`, `mlo${id}`];
  const address = (last: number) => `10.201.${id >> 6}.${((id & 63) << 2) + last}`;
  const [gateway, own, nobody] = [address(1), address(2), address(3)];
  const folder = join("/etc/netns", name);
  const remove = () => {
    quietly(["netns", "delete", name]);
    quietly(["link", "delete", outside]);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    mkdirSync(folder, { recursive: true });
    const lines = Object.entries({ localhost: "127.0.0.1", ...hosts }).map(([host, at]) => `${at} ${host}\n`);
    writeFileSync(join(folder, "hosts"), lines.join(""));
    writeFileSync(join(folder, "resolv.conf"), `nameserver ${nobody}\n`);
    ip("netns", "add", name);
    ip("link", "add", outside, "type", "veth", "peer", "name", inside, "netns", name);
    ip("address", "add", gateway, "peer", own, "dev", outside);
    ip("link", "set", outside, "up");
    const within = (...args: readonly string[]) => ip("-netns", name, ...args);
    within("address", "add", own, "peer", gateway, "dev", inside);
    within("link", "set", "lo", "up");
    within("link", "set", inside, "up");
    within("neighbour", "add", nobody, "lladdr", "02:00:00:00:00:01", "dev", inside, "nud", "permanent");
    within("route", "add", "default", "via", nobody, "dev", inside, "onlink");
  } catch (error) {
    remove();
    throw error;
  }
  return { command: ["ip", "netns", "exec", name], gateway, nobody, remove };
}

function ip(...args: readonly string[]): void {
  execFileSync("ip", args, { stdio: ["ignore", "ignore", "pipe"] });
}

function quietly(args: readonly string[]): void {
  try {
    ip(...args);
  } catch {
    // It was not made.
  }
}
