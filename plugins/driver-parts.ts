import { dirname } from "node:path";
import type { OnResolveArgs, PluginBuild } from "esbuild";
import { UNIT } from "./late";

/** What of a package somebody has in place of all of it. */
interface Part {
  readonly package: string;
  importedBy(file: string): boolean;
  /** A module that lies where the package's own first file does. */
  readonly contents: string;
}

const PARTS = "migration-lambda:driver-part";

/** What serverless-mysql takes of mysql2: neither pools nor promises. */
const MYSQL = `
const { escape, escapeId, format } = require("sql-escaper");
module.exports = { createConnection: require("./lib/create_connection.js"), escape, escapeId, format };`;

/** As a module, so that the build fails when our code takes more of it. */
const POSTGRES = `
import Client from "./client.js";
import { escapeIdentifier } from "./utils.js";
export { Client, escapeIdentifier };`;

/** The server's version comes in CESU-8, the first 128 characters of which are ASCII; iconv-lite is there for the others. */
const CHARSETS = `
const { isAscii } = require("node:buffer");
const all = () => require("${UNIT}/iconv")["iconv-lite"]();
const cesu8 = () => {
  let whole;
  return {
    write: (bytes) => (!whole && isAscii(bytes) ? bytes.latin1Slice() : (whole ??= all().getDecoder("cesu8")).write(bytes)),
    end: () => whole?.end(),
  };
};
exports.getDecoder = (name, options) => (name === "cesu8" && !options ? cesu8() : all().getDecoder(name, options));
exports.getEncoder = (name, options) => all().getEncoder(name, options);`;

/** Gives our functions of the drivers only what they use, and the tables of charsets when a connection has such a charset. */
export function takePartsOfDrivers(build: PluginBuild, isOurs: Part["importedBy"]): void {
  const parts: readonly Part[] = [
    { package: "mysql2", importedBy: (file) => /[\\/]serverless-mysql[\\/]/.test(file), contents: MYSQL },
    // Not a migration that lies in this repository: it may take of pg what it likes.
    {
      package: "pg",
      importedBy: (file) => /[\\/]lib[\\/]database[\\/]/.test(file) && isOurs(file),
      contents: POSTGRES,
    },
    { package: "iconv-lite", importedBy: (file) => /[\\/]mysql2[\\/]/.test(file), contents: CHARSETS },
  ];
  const part = async ({ path, importer, namespace, pluginData, resolveDir }: OnResolveArgs) => {
    const found = parts.find((each) => each.package === path);
    if (!found || namespace !== "file" || pluginData === PARTS || !found.importedBy(importer)) return undefined;
    const { errors, path: file } = await build.resolve(path, {
      kind: "require-call",
      resolveDir,
      importer,
      pluginData: PARTS,
    });
    return { errors, path: file, namespace: PARTS, pluginData: { contents: found.contents, importer } };
  };
  build.onResolve({ filter: /^(?:mysql2|pg|iconv-lite)$/ }, part);
  build.onLoad({ filter: /./, namespace: PARTS }, ({ path, pluginData: { contents, importer } }) => ({
    contents,
    resolveDir: dirname(path),
    pluginData: importer,
  }));
}
