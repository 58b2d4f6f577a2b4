import type { Contestant } from "../contestant";

export const PEERS: readonly Contestant[] = [];
