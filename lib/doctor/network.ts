import type { LookupAddress } from "node:dns";
import { lookup } from "node:dns/promises";
import { BlockList, connect, isIP, type Socket } from "node:net";
import { codeOf, leftMs, type Until, within } from "./check";

/** Where a name leads. `public`: at least one of its addresses is not of a private network. */
export interface Addresses {
  readonly kind: "private" | "public";
  readonly list: readonly LookupAddress[];
}

/**
 * - `no-name`: the resolver knows no such name.
 * - `no-resolver`: nobody answers who would know.
 * - `silent`: packets vanish.
 * - `refused`: the machine is there, and nothing listens at the port.
 * - `no-route`: this machine, or a router, knows no way there.
 * - `other`: the code says what.
 */
export interface NetworkFault {
  readonly fault: "no-name" | "no-resolver" | "silent" | "refused" | "no-route" | "other";
  readonly code: string;
}

const FAULTS: Readonly<Record<string, NetworkFault["fault"]>> = {
  ENOTFOUND: "no-name",
  EAI_AGAIN: "no-resolver",
  ETIMEDOUT: "silent",
  ECONNREFUSED: "refused",
  EHOSTUNREACH: "no-route",
  ENETUNREACH: "no-route",
};

/** Asks as the drivers and the SDK do, the hosts file included. */
export async function resolve(host: string, until: Until): Promise<Addresses | NetworkFault> {
  const family = isIP(host);
  if (family !== 0) return addresses([{ address: host, family }]);
  try {
    const list = await within(until, () => lookup(host, { all: true }));
    return list === undefined ? { fault: "no-resolver", code: "ETIMEDOUT" } : addresses(list);
  } catch (error) {
    return faultOf(error);
  }
}

/** Node.js goes on to the next address after this time; within a region an answer takes some milliseconds. */
const NEXT_ADDRESS_MS = 1_000;

export function open({ list }: Addresses, port: number, until: Until): Promise<Socket | NetworkFault> {
  return new Promise((resolve) => {
    const socket = connect({
      host: "resolved",
      port,
      lookup: (_host, _options, answer) => answer(null, [...list]),
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_MS,
    });
    const give = (up: NetworkFault) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(up);
    };
    const timer = setTimeout(() => give({ fault: "silent", code: "ETIMEDOUT" }), leftMs(until));
    socket.once("error", (error) => give(faultOf(error)));
    socket.once("connect", () => {
      clearTimeout(timer);
      socket.removeAllListeners("error");
      // One that breaks from here on is noticed by whoever reads from it.
      socket.on("error", () => undefined);
      resolve(socket);
    });
  });
}

function faultOf(error: unknown): NetworkFault {
  const code = codeOf(error);
  return { fault: FAULTS[code] ?? "other", code };
}

/** https://www.rfc-editor.org/rfc/rfc1918, rfc6598, rfc4193; and this machine's own. */
function privateNetworks(): BlockList {
  const networks = new BlockList();
  networks.addSubnet("10.0.0.0", 8);
  networks.addSubnet("172.16.0.0", 12);
  networks.addSubnet("192.168.0.0", 16);
  networks.addSubnet("100.64.0.0", 10);
  networks.addSubnet("127.0.0.0", 8);
  networks.addSubnet("fc00::", 7, "ipv6");
  networks.addAddress("::1", "ipv6");
  return networks;
}

function addresses(list: readonly LookupAddress[]): Addresses {
  const known = privateNetworks();
  const isPrivate = ({ address, family }: LookupAddress) => known.check(address, family === 6 ? "ipv6" : "ipv4");
  return { kind: list.every(isPrivate) ? "private" : "public", list };
}
