// Preloaded into a program (`node --import leash.mjs …`) that must not outlive whoever holds the other end of its
// standard input: when that process ends, however it ends, the system closes the input.
import process from "node:process";
import { isMainThread } from "node:worker_threads";

const PATIENCE_MS = 10_000;

// Worker threads preload this too, and their input is not the process's.
if (isMainThread) {
  process.stdin.resume().once("end", () => {
    process.kill(process.pid, "SIGTERM");
    setTimeout(() => process.exit(1), PATIENCE_MS).unref();
  });
  process.stdin.unref(); // by itself it keeps nothing alive
}
