import type { Named } from "./hcl";

/** The list in docs/terraform.md: name, type, default, description. */
export function variablesList(variables: readonly Named[]): readonly string[] {
  return variables
    .toSorted((one, other) => one.name.localeCompare(other.name))
    .map(({ name, block }) => {
      const { type, default: preset, description } = block;
      const shown = "default" in block ? `default ${code(JSON.stringify(preset))}` : "required";
      return `- \`${name}\` (${code(typeText(String(type)))}, ${shown}): ${description}`;
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
