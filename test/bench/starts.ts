import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import type { DialectName } from "../../lib/migration";
import type { StartedServer, Surroundings } from "./dialect";
import { type LambdaResult, runLambdaBench } from "./lambda";
import type { Results } from "./results";

/** What `--only` means it by. */
export const STARTS = { workload: "lambda", contestant: "function" } as const;

interface Options {
  readonly processes: number;
  readonly dialects: readonly DialectName[];
}

/** How functions start: on servers of its own, which have nothing else to do. What fails here leaves all other results alone. */
export async function measureStarts(
  surroundings: Surroundings,
  options: Options,
): Promise<Pick<Results, "starts" | "startsFailure">> {
  try {
    return { starts: await measure(surroundings, options) };
  } catch (error) {
    return { startsFailure: error instanceof Error ? error.message : String(error) };
  }
}

async function measure(
  { root, folder, startServer }: Surroundings,
  { processes, dialects }: Options,
): Promise<LambdaResult> {
  const servers: StartedServer[] = [];
  try {
    const urls: Partial<Record<DialectName, string>> = {};
    for (const dialect of dialects) {
      const server = await startServer(dialect);
      servers.push(server);
      Object.assign(urls, { [dialect]: server.adminUrl });
    }
    const surroundings = { root, folder: mkdtempSync(join(folder, "starts-")), urls };
    return await runLambdaBench(surroundings, { processes, say: (line) => console.error(line) });
  } finally {
    for (const server of servers) await server.stop();
  }
}
