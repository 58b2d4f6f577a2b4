import type { Named } from "./hcl";

/** The rows of docs/terraform.md: name, type, default, description. */
export function variablesTable(variables: readonly Named[]): readonly string[] {
  return variables
    .toSorted((one, other) => one.name.localeCompare(other.name))
    .map(({ name, block }) => {
      const { type, default: preset, description } = block;
      const shown = "default" in block ? code(JSON.stringify(preset)) : "required";
      return `| \`${name}\` | ${code(typeText(String(type)))} | ${shown} | ${description} |`;
    });
}

/** An object's attributes, with their own defaults, on one line. */
function typeText(expression: string): string {
  const text = expression.slice("${".length, -"}".length);
  return text
    .replace(/\n\s*/g, ", ")
    .replace(/\s+=\s+/g, " = ")
    .replaceAll("({, ", "({ ")
    .replaceAll(", })", " })");
}

const code = (text: string) => `\`${text}\``;
