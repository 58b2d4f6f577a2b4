export interface FaultServer {
  /** An administrator's login. */
  readonly url: string;
  readonly port: number;
  /** False where it is not a process of this machine. */
  readonly canCrash: boolean;
  /** Kills it, and starts it again on the same data and port. */
  crash(): Promise<void>;
  stop(): Promise<void>;
}

/** @throws Advice when there is no such server here */
export function startFaultServer(dialect: "mysql" | "postgres"): Promise<FaultServer>;
