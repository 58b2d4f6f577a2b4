export interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  DependsOn?: string | readonly string[];
}

/** A template of CloudFormation, as far as it is looked at or changed. */
export interface Template {
  readonly Resources: Record<string, Resource>;
}

/** All that these resources need, directly or by way of others; themselves among it. Logical ids. */
export function needsOf({ Resources }: Template, names: readonly string[]): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [...names];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    const resource = Resources[name];
    if (resource) open.push(...dependsOn(resource), ...referencesIn(resource.Properties));
  }
  return found;
}

export function dependsOn({ DependsOn = [] }: Resource): readonly string[] {
  return typeof DependsOn === "string" ? [DependsOn] : DependsOn;
}

/** What Ref, Fn::GetAtt and Fn::Sub name, wherever they stand; pseudo parameters too. */
function referencesIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, given]) => [...namedBy(key, given), ...referencesIn(given)]);
}

function namedBy(key: string, given: unknown): readonly string[] {
  const [first] = Array.isArray(given) ? given : [given];
  if (typeof first !== "string") return [];
  switch (key) {
    case "Ref":
      return [first];
    case "Fn::GetAtt":
      return [first.split(".")[0] ?? first];
    case "Fn::Sub":
      return [...first.matchAll(/\$\{([A-Za-z0-9]+)(?:\.[^}]*)?\}/g)].flatMap(([, name]) => name ?? []);
    default:
      return [];
  }
}
