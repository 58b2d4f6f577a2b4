import { maskMessage } from "../mask";
import type { ConnectFault } from "./connecting";
import type { ServerError } from "./connection";
import type { ErrorKind, Errors } from "./dialect";

/** SQLSTATEs of https://www.postgresql.org/docs/current/errcodes-appendix.html, and codes of Node.js. */
const FAULTS: Readonly<Record<string, ConnectFault["kind"]>> = {
  "28P01": "login",
  "28000": "login",
  "42501": "rights",
  "3D000": "no-database",
  "53300": "busy",
  "57P03": "busy",
  ENOTFOUND: "name",
  EAI_AGAIN: "name",
};

/** What TLS calls a certificate that it does not accept: https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const CERTIFICATE =
  /^(?:ERR_TLS_|ERR_SSL_|CERT_|CRL_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|INVALID_CA|HOSTNAME_MISMATCH)/;

export function faultOf(code: string): ConnectFault {
  return { kind: FAULTS[code] ?? (CERTIFICATE.test(code) ? "certificate" : "other"), code };
}

const SQLSTATE = /^[0-9A-Z]{5}$/;

/** The server ends the session: it shuts down, was told to, or found it idle for too long. */
const ENDED = new Set(["57P01", "57P02", "57P03", "57P04", "57P05", "25P03", "25P04"]);

/** Whether the connection is gone, as opposed to a statement that failed. Errors of the driver itself have no SQLSTATE. */
export function isLost(code: string): boolean {
  return !SQLSTATE.test(code) || code.startsWith("08") || ENDED.has(code);
}

const KINDS: Readonly<Record<string, ErrorKind>> = {
  "55P03": "contention",
  "40P01": "contention",
  "40001": "contention",
  // Division by zero; see `whileLocked`.
  "22012": "lock-check",
  "42P01": "unreadable",
  "42703": "unreadable",
  "42501": "denied",
  "25006": "read-only-transaction",
  // Of ours, which asks for a transaction that may write while one is open that may not.
  "25001": "read-only-transaction",
};

export const postgresErrors: Errors = {
  isServerError: (error): error is ServerError =>
    error instanceof Error && "severity" in error && "code" in error && typeof error.code === "string",
  kindOf: ({ code }) => KINDS[code] ?? "other",
  wordsOf: (error) => {
    const { message, detail, hint } = error as ServerError & { readonly detail?: string; readonly hint?: string };
    const words = [message, detail, hint].filter((part) => part !== undefined && part !== "");
    return maskMessage(words.join(". ")).replace(/\s+/g, " ").trim();
  },
};
