import { createServer } from "node:net";

/** A TCP port of 127.0.0.1 that nobody listens on at this moment. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer().once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/** Why a port cannot be listened on ("EADDRINUSE", "EACCES"), or undefined when it can. */
export async function whyNotFree(port) {
  // `localhost` may lead to either loopback address, and some systems let one be bound beside a listener on all.
  for (const host of ["127.0.0.1", "::1", "::"]) {
    const code = await listenError(port, host);
    if (code && !["EADDRNOTAVAIL", "EAFNOSUPPORT"].includes(code)) return code;
  }
  return undefined;
}

function listenError(port, host) {
  return new Promise((resolve) => {
    const probe = createServer().once("error", (error) => resolve(error.code));
    probe.listen({ port, host, ipv6Only: false }, () => probe.close(() => resolve(undefined)));
  });
}
