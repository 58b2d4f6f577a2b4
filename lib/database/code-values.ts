/** Stands for a value that JSON has not; an object of one key, so that no other object is taken for it. */
const TAG = "$migration-lambda";

/** JSON that `decode` makes the same values of: dates, buffers, bigints, `undefined` and numbers that JSON lacks among them. */
export function encode(value: unknown): string {
  return JSON.stringify(pack(value));
}

export function decode(json: string): unknown {
  return unpack(JSON.parse(json));
}

function pack(value: unknown): unknown {
  switch (typeof value) {
    case "bigint":
      return tagged("bigint", String(value));
    case "undefined":
    case "function":
    case "symbol":
      return tagged("undefined", 0);
    case "number":
      return Number.isFinite(value) && !Object.is(value, -0) ? value : tagged("number", notation(value));
    case "object":
      return packObject(value);
    default:
      return value;
  }
}

const notation = (value: number) => (Object.is(value, -0) ? "-0" : String(value));

function packObject(value: object | null): unknown {
  if (value === null) return null;
  // The driver gives dates that do not exist, such as MySQL's 0000-00-00, as dates without a time.
  if (value instanceof Date) return tagged("date", Number.isNaN(value.getTime()) ? null : value.toISOString());
  if (Buffer.isBuffer(value)) return tagged("buffer", value.toString("base64"));
  if (Array.isArray(value)) return value.map(pack);
  const packed = Object.fromEntries(Object.entries(value).map(([key, one]) => [key, pack(one)]));
  return TAG in value ? tagged("object", packed) : packed;
}

function tagged(kind: string, value: unknown): object {
  return { [TAG]: [kind, value] };
}

function unpack(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unpack);
  if (typeof value !== "object" || value === null) return value;
  const tag = (value as Readonly<Record<string, unknown>>)[TAG];
  return Array.isArray(tag) ? untag(tag[0], tag[1]) : unpackEntries(value);
}

function unpackEntries(value: object): object {
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, unpack(one)]));
}

function untag(kind: unknown, value: unknown): unknown {
  switch (kind) {
    case "bigint":
      return BigInt(String(value));
    case "number":
      return Number(value);
    case "date":
      return new Date(value === null ? Number.NaN : String(value));
    case "buffer":
      return Buffer.from(String(value), "base64");
    case "object":
      return unpackEntries(value as object);
    default:
      return undefined;
  }
}
