import { closeSync, fstatSync, openSync, readSync, writeSync } from "node:fs";

export interface LambdaLog {
  readonly descriptor: number;
  write(line: string): void;
  size(): number;
  /** All that was written from this offset on. */
  since(offset: number): string;
  close(): void;
}

/** The log stream of an environment: a file that its processes and the platform append to. */
export function openLog(path: string): LambdaLog {
  const descriptor = openSync(path, "a+");
  const size = () => fstatSync(descriptor).size;
  return {
    descriptor,
    size,
    write: (line) => {
      writeSync(descriptor, `${line}\n`);
    },
    since(offset) {
      const buffer = Buffer.alloc(size() - offset);
      const read = readSync(descriptor, buffer, 0, buffer.length, offset);
      return buffer.toString("utf8", 0, read);
    },
    close: () => closeSync(descriptor),
  };
}
