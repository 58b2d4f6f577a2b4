import { writeSync } from "node:fs";

/** The process may end at once: written without waiting. @param begun as `performance.now()` said */
export function tellCall(begun: number): void {
  writeSync(1, `call: ${(performance.now() - begun).toFixed(3)} ms\n`);
}
