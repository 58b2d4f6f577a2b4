import { setTimeout as wait } from "node:timers/promises";
import type { Link } from "./link";
import type { FaultProxy } from "./proxy";
import type { Gate } from "./workbench";

/** Tells when the place is reached: by the proxy, or by a statement that waits at the gate. */
export interface Place {
  reach(link: Link): void;
  /** The link that is there; undefined when `leave` came first. */
  link(proxy: FaultProxy): Promise<Link | undefined>;
  wasReached(): boolean;
  leave(): void;
}

const POLL_MS = 10;

export function createPlace(gate: Gate | undefined): Place {
  let there: Link | undefined;
  let left = false;
  let tell: (link: Link | undefined) => void = () => undefined;
  const told = new Promise<Link | undefined>((resolve) => {
    tell = resolve;
  });
  const reach = (link: Link) => {
    there = link;
    tell(link);
  };
  const watch = async (proxy: FaultProxy) => {
    while (gate && !left && !there) {
      const links = proxy.links.filter((link) => link.id() !== undefined);
      const last = links.at(-1);
      const waits = await gate.holds(links.map((link) => link.id() ?? 0)).catch(() => false);
      if (waits && last) reach(last);
      else await wait(POLL_MS);
    }
  };
  const leave = () => {
    left = true;
    tell(undefined);
  };
  return {
    reach,
    leave,
    wasReached: () => there !== undefined,
    link: (proxy) => {
      watch(proxy).catch(leave);
      return told;
    },
  };
}
