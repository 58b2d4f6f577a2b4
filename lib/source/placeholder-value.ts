import type { DialectName } from "../migration";
import type { Place } from "./placeholder";

/** Where a value goes, as far as that can make another thing of it. */
interface Surroundings {
  readonly place: Place;
  readonly escapes?: true;
  /** At most two characters. */
  readonly before: string;
  /** At most one. */
  readonly after: string;
}

/** Each by what may end it. The value itself is not to be told: it may be a secret. */
const closers = {
  "'": { pattern: /'/, fault: "holds a ', which would end the string that it stands in" },
  '"': { pattern: /"/, fault: 'holds a ", which would end what it stands in' },
  "`": { pattern: /`/, fault: "holds a `, which would end the name that it stands in" },
  $: { pattern: /\$/, fault: "holds a $, which may end the string that it stands in" },
  "/*": { pattern: /[*/]/, fault: "holds a * or /, which may end the hint that it stands in" },
  data: {
    pattern: /[\t\n\r\\]/,
    fault: "holds a tab, line break or backslash, which would divide the data of the COPY",
  },
} satisfies Record<Exclude<Place, "plain">, { readonly pattern: RegExp; readonly fault: string }>;

/** Why a value would change where its statement ends; undefined: it does not. */
export function valueFault(value: string, around: Surroundings, dialect: DialectName): string | undefined {
  if (value.includes("\0")) return "holds a NUL";
  if (around.place === "plain") return plainFault(value, around, dialect);
  const { pattern, fault } = closers[around.place];
  if (pattern.test(value)) return fault;
  return around.escapes && value.includes("\\")
    ? "holds a backslash, which would change where its string ends"
    : undefined;
}

function plainFault(value: string, { before, after }: Surroundings, dialect: DialectName): string | undefined {
  const quote = dialect === "mysql" ? /['"`]/ : /['"`$]/;
  if (quote.test(value)) return "holds a quote, and stands outside of quotes";
  if (value.includes(";")) return "holds a semicolon, and stands outside of quotes";
  if (/[\\\p{Cc}\p{Zl}\p{Zp}]/u.test(value)) return "holds a backslash, line break or control character";
  // In MySQL two minus signs are the beginning of a comment only when a blank follows.
  const dashes = (before + value + after).includes("--");
  const stars = /\/\*|\*\//.test(before.slice(-1) + value + after);
  return dashes || stars || (dialect === "mysql" && value.includes("#")) ? "begins or ends a comment" : undefined;
}
