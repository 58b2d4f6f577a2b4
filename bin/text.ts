import { stripVTControlCharacters } from "node:util";

/** What databases and files say, without what would steer a terminal. */
export function printable(text: string): string {
  return stripVTControlCharacters(text).replace(/[^\P{Cc}\n]/gu, " ");
}

/** A URL may hold a password, and where that ends is a guess. */
export function withoutUrls(text: string): string {
  return text.replace(/[a-z][a-z\d+.-]*:\/\/[^\n]*/gi, "(a URL)");
}

export function duration(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  const rest = `${Math.floor(seconds % 60)} s`;
  return minutes < 60 ? `${minutes} min ${rest}` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `done` of `total` as a bar of so many characters. */
export function bar(done: number, total: number, width = 24): string {
  const filled = total === 0 ? 0 : Math.floor((done / total) * width);
  return "█".repeat(filled) + "░".repeat(width - filled);
}

export function cut(line: string, width: number): string {
  return line.length <= width ? line : `${line.slice(0, Math.max(width - 1, 0))}…`;
}

/** One argument of a command line, for a shell. */
export function quoted(argument: string): string {
  return /^[\w./:@%+=,-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}
