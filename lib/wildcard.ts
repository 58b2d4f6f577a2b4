// Lists of names and patterns, as `databases` and DATABASES hold them: `*` stands for any run of characters, `?` for one.

/** The entries of a list that is separated by commas, without the white space around them. */
export function entriesOf(list: string): readonly string[] {
  return list.split(",").map((entry) => entry.trim());
}

export function isPattern(entry: string): boolean {
  return /[*?]/.test(entry);
}

/**
 * Whether a name is what an entry says. No regular expression: its time could grow exponentially with the number of stars
 * that a caller sends.
 */
export function matches(entry: string, name: string): boolean {
  const pattern = [...entry];
  const text = [...name];
  let [at, star, from] = [0, -1, 0];
  for (let index = 0; index < text.length; ) {
    if (at < pattern.length && pattern[at] !== "*" && (pattern[at] === "?" || pattern[at] === text[index])) {
      at += 1;
      index += 1;
    } else if (pattern[at] === "*") {
      star = at;
      from = index;
      at += 1;
    } else {
      // The last star takes one character more.
      if (star < 0) return false;
      from += 1;
      index = from;
      at = star + 1;
    }
  }
  return pattern.slice(at).every((rest) => rest === "*");
}
