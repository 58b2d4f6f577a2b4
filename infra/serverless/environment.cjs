const { readFileSync } = require("node:fs");
const { join } = require("node:path");

/** Those that are read where the package is built or served, not by the functions. */
const NOT_DEPLOYED = new Set(["PORT", "MIGRATIONS_DIR", "MIGRATIONS_FORMAT"]);
const PLACEHOLDER = /^PLACEHOLDER_/;
/** Set by Lambda itself, and refused from anybody else. */
const RESERVED = /^(AWS_|LAMBDA_)/;

/**
 * Every setting that .env.example names and every placeholder, of those that are set where this is deployed. `npm start`
 * passes its own.
 */
exports.environment = async ({ resolveVariable }) => {
  const names = [...readFileSync(join(__dirname, "../../.env.example"), "utf8").matchAll(/^#? ?([A-Z][A-Z0-9_]+)=/gm)]
    .map(([, name]) => name)
    .filter((name) => !NOT_DEPLOYED.has(name) && !RESERVED.test(name) && !PLACEHOLDER.test(name));
  const secretArn = await resolveVariable("param:secretArn");
  const given = Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
  const placeholders = Object.entries(process.env).filter(([name]) => PLACEHOLDER.test(name)); // empty ones too
  const otherWay = given.DATABASE_URL ?? given.DATABASE_AUTH;
  return {
    ...(secretArn && !otherWay ? { DATABASE_SECRET_ID: secretArn } : {}),
    ...given,
    ...Object.fromEntries(placeholders),
  };
};
