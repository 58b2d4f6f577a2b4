import { EXIT } from "./exit-code";

/** Takes Ctrl-C: the first one does this, the second ends the process. @returns what gives Ctrl-C back */
export function whenInterrupted(first: () => void): () => void {
  let taken = false;
  const listener = () => {
    if (taken) process.exit(EXIT.interrupted);
    taken = true;
    first();
  };
  process.on("SIGINT", listener);
  return () => process.off("SIGINT", listener);
}
