import { dirname } from "node:path";
import type { PluginBuild } from "esbuild";

const LAZY_LONG = "migration-lambda:lazy-long";

/** mysql2 takes no more of it than this: 64-bit integers that are no safe numbers. Loading it compiles WebAssembly. */
const LONG = "module.exports = function (low, high, unsigned) { return new (require('long'))(low, high, unsigned); };";

/** What pg exports there, with what it has of Web Crypto done by node:crypto. A key is derived on another thread, as before. */
const CRYPTO = `
const { createHash, createHmac, pbkdf2, randomBytes } = require("node:crypto");
const hash = (name, data) => createHash(name).update(data);
const md5 = async (data) => hash("md5", data).digest("hex");
module.exports = {
  md5,
  postgresMd5PasswordHash: async (user, password, salt) =>
    "md5" + (await md5(Buffer.concat([Buffer.from(await md5(password + user)), salt]))),
  randomBytes,
  sha256: async (data) => hash("sha256", data).digest(),
  // Web Crypto's names: SHA-256.
  hashByName: async (name, data) => hash(name.replace("-", ""), data).digest(),
  hmacSha256: async (key, text) => createHmac("sha256", key).update(text).digest(),
  deriveKey: (password, salt, iterations) =>
    new Promise((resolve, reject) => {
      pbkdf2(password, salt, iterations, 32, "sha256", (error, key) => (error ? reject(error) : resolve(key)));
    }),
};`;

/**
 * Takes out of the first connection what it does not need, 3 to 5 ms of CPU for each driver: pg goes through Web Crypto,
 * which Node.js has to compile first, and mysql2 loads a library that few values are read with.
 */
export function lightenDrivers(build: PluginBuild): void {
  build.onLoad({ filter: /[\\/]pg[\\/]lib[\\/]crypto[\\/]utils\.js$/, namespace: "file" }, () => ({
    contents: CRYPTO,
  }));
  build.onResolve({ filter: /^long$/, namespace: "file" }, ({ path, importer }) =>
    /[\\/]mysql2[\\/]/.test(importer) ? { path, namespace: LAZY_LONG, pluginData: dirname(importer) } : undefined,
  );
  build.onLoad({ filter: /./, namespace: LAZY_LONG }, ({ pluginData }) => ({ contents: LONG, resolveDir: pluginData }));
}
