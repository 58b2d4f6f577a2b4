import type { Part } from "./connection";
import { textKey } from "./message";
import type { Copy } from "./postgres-copy";

/** What is used of pg's Connection; @types/pg does not declare it. */
export interface PipelineWire {
  parse(statement: { readonly text: string; readonly name: string; readonly types: readonly number[] }): void;
  bind(portal: { readonly statement: string; readonly values: readonly (string | null)[] }): void;
  execute(portal: { readonly rows: number }): void;
  flush(): void;
  sync(): void;
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
  readonly stream: { cork(): void; uncork(): void };
}

/** Of the type `text`: https://www.postgresql.org/docs/current/catalog-pg-type.html */
const TEXT_OID = 25;

/**
 * Several messages that end with one Sync: what follows one that fails is skipped, and is run by the server without us when none
 * does. What a transaction refuses is refused in a text of several statements too, but not at the head of such messages.
 */
export function sendPipeline(wire: PipelineWire, parts: readonly Part[], copies: readonly (Copy | undefined)[]): void {
  const names = new Map<string, string>();
  // In one write, so that it is under way as a whole or not at all.
  wire.stream.cork();
  for (const [index, part] of parts.entries()) {
    // The server keeps its answers back until it is asked for them.
    if (part.starts) wire.flush();
    const copy = copies[index];
    const { values = [] } = part;
    const { name, parsed } = knownAs(part, names);
    if (!parsed) wire.parse({ name, text: copy?.command ?? part.sql, types: values.map(() => TEXT_OID) });
    wire.bind({ statement: name, values });
    wire.execute({ rows: 0 });
    sendData(wire, copy);
  }
  wire.sync();
  wire.stream.uncork();
}

/** What is not of a series has no name, and what is parsed next takes its place. */
function knownAs({ sql, series }: Part, names: Map<string, string>) {
  if (series === undefined) return { name: "", parsed: false };
  const key = textKey(series, sql);
  const name = names.get(key);
  if (name !== undefined) return { name, parsed: true };
  const fresh = `migration_lambda_${names.size}`;
  names.set(key, fresh);
  return { name: fresh, parsed: false };
}

/** At once and not when the server asks for it: it must have it all. What follows an error it throws away. */
export function sendData(wire: Pick<PipelineWire, "sendCopyFromChunk" | "endCopyFrom">, copy: Copy | undefined): void {
  if (!copy) return;
  wire.sendCopyFromChunk(Buffer.from(copy.data));
  wire.endCopyFrom();
}
