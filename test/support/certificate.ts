import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** As PEM text. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** A certificate that is its own authority, for this name or address (`DNS:localhost`, `IP:127.0.0.1`). */
export function makeCertificate(name: string): Certificate {
  const folder = mkdtempSync(join(tmpdir(), "migration-lambda-tls-"));
  try {
    const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    const subject = ["-subj", "/CN=test", "-addext", `subjectAltName=${name}`, "-days", "1"];
    const args = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert, ...subject];
    execFileSync("openssl", args, { stdio: "ignore" });
    return { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
