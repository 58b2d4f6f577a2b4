import { type HeldServer, type ServerName, TEST_VARIABLES } from "../../scripts/local/hold.cjs";

interface Held {
  readonly name: ServerName;
  readonly server: HeldServer;
  readonly folder: string;
}

/** The servers of this run, handed from the global set-up to the global teardown: Jest loads both in one process. */
export const holding: Held[] = [];

/** Names the folder of a private server to Jest's workers: its keeper leaves the folder when it finds a file `kept`. */
export const folderVariable = (name: ServerName): string => TEST_VARIABLES[name].replace("_URL", "_FOLDER");
