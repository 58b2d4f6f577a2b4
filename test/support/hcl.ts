import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "@cdktf/hcl2json";
import { MODULE } from "./terraform";

/** A block's content as @cdktf/hcl2json gives it; an expression is text in `${}`. */
export type Block = Readonly<Record<string, unknown>>;

export interface Parsed {
  /** Relative to infra/terraform. */
  readonly file: string;
  readonly content: Block;
}

/** Every .tf file of the module and its examples. @throws with file, line and column when one cannot be parsed */
export async function parseModule(): Promise<readonly Parsed[]> {
  const files = readdirSync(MODULE, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".tf") && !file.includes(".terraform/"))
    .toSorted();
  return Promise.all(
    files.map(async (file) => ({ file, content: await parse(file, readFileSync(join(MODULE, file), "utf8")) })),
  );
}

export interface Named {
  readonly file: string;
  readonly name: string;
  readonly block: Block;
}

/** Of blocks with one label, such as `variable`. */
export function blocks(parsed: readonly Parsed[], kind: string): readonly Named[] {
  return parsed.flatMap(({ file, content }) =>
    Object.entries((content[kind] ?? {}) as Record<string, readonly Block[]>).flatMap(([name, all]) =>
      all.map((block) => ({ file, name, block })),
    ),
  );
}

/** Of blocks with two labels, such as `resource`, those of one type. */
export function blocksOf(parsed: readonly Parsed[], kind: string, type: string): readonly Named[] {
  return parsed.flatMap(({ file, content }) => {
    const types = (content[kind] ?? {}) as Record<string, Block>;
    return blocks([{ file, content: { [kind]: types[type] ?? {} } }], kind);
  });
}
