/**
 * An object whose second part is there for the code that asks for it by name, and for nothing else: not for JSON, logs,
 * `util.inspect` or spreading.
 */
export function conceal<const Shown extends object, Hidden extends object>(
  shown: Shown,
  hidden: Hidden,
): Shown & Hidden {
  const descriptors = Object.fromEntries(
    Object.entries(hidden).map(([name, value]) => [name, { value, enumerable: false }]),
  );
  return Object.freeze(Object.defineProperties({ ...shown }, descriptors)) as Shown & Hidden;
}
