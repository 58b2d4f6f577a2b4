import { createRequire } from "node:module";
import { resolve } from "node:path";

interface Yaml {
  load(text: string, options?: object): unknown;
  readonly DEFAULT_SAFE_SCHEMA: object;
  readonly Schema: { create(base: object, types: readonly object[]): object };
  readonly Type: new (tag: string, options: object) => object;
}

// It has no types of its own.
const yaml: Yaml = createRequire(resolve("package.json"))("js-yaml");

export function readYaml<T>(text: string): T {
  return yaml.load(text, { schema: SHORT_FORMS }) as T;
}

/** `!Ref X` and the like are short for what JSON has in full. */
const SHORT_FORMS = yaml.Schema.create(
  yaml.DEFAULT_SAFE_SCHEMA,
  ["Ref", "Sub", "GetAtt"].map(
    (name) =>
      new yaml.Type(`!${name}`, {
        kind: "scalar",
        construct: (text: string) => ({ [name === "Ref" ? name : `Fn::${name}`]: text }),
      }),
  ),
);
