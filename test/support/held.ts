import type { HeldServer } from "../../scripts/local/hold.cjs";

interface Held {
  readonly server: HeldServer;
  readonly folder: string;
}

/** The server of this run, handed from the global set-up to the global teardown: Jest loads both in one process. */
export const holding: { current?: Held } = {};
