/** What is said of it in a table: one line, and no password. */
export function reasonOf(error: unknown): string {
  const [line = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
  return line.replace(/:\/\/[^@\s]*@/g, "://***@").slice(0, 200);
}
