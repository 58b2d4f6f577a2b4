import type { Answer, Frame, Wire } from "./wire";
import { createCutter, QUIT } from "./wire";

const HEAD = 4;
const COM_QUERY = 3;
const COM_QUIT = 1;
const OK = 0x00;
const ERROR = 0xff;
const EOF = 0xfe;
const MORE_RESULTS = 0x0008;

const cutter = () => createCutter((bytes) => (bytes.length < HEAD ? undefined : HEAD + bytes.readUIntLE(0, 3)));

/** https://dev.mysql.com/doc/dev/mysql-server/latest/PAGE_PROTOCOL.html; without CLIENT_DEPRECATE_EOF, as the driver asks. */
export function mysqlWire(): Wire {
  const [fromClient, fromServer] = [cutter(), cutter()];
  const read = createReader();
  let greeted = false;
  let admitted = false;
  return {
    client: (chunk) => fromClient(chunk).map((bytes) => (admitted ? frameOf(bytes) : { bytes })),
    server: (chunk) =>
      fromServer(chunk).map((bytes): Answer => {
        if (admitted) return read(bytes);
        if (!greeted) {
          greeted = true;
          return { bytes, id: threadOf(bytes) };
        }
        admitted = bytes[HEAD] === OK;
        return admitted ? { bytes, ready: true } : { bytes };
      }),
  };
}

function frameOf(bytes: Buffer): Frame {
  const isFirst = bytes[3] === 0;
  if (isFirst && bytes[HEAD] === COM_QUERY) return { bytes, command: bytes.toString("utf8", HEAD + 1) };
  return isFirst ? { bytes, command: bytes[HEAD] === COM_QUIT ? QUIT : "(other)" } : { bytes };
}

/** The greeting has the protocol's version, the server's as text, and the id. */
function threadOf(greeting: Buffer): number {
  return greeting.readUInt32LE(greeting.indexOf(0, HEAD + 1) + 1);
}

/** Follows the results of a command: one OK, or columns, EOF, rows, EOF, for each statement. */
function createReader(): (bytes: Buffer) => Answer {
  let inside: "head" | "columns" | "rows" = "head";
  const end = (bytes: Buffer, status: number): Answer => {
    inside = "head";
    return { bytes, answered: true, ...((status & MORE_RESULTS) === 0 && { ready: true as const }) };
  };
  return (bytes) => {
    const kind = bytes[HEAD];
    if (kind === ERROR) return end(bytes, 0);
    if (inside === "head") {
      if (kind === OK) return end(bytes, statusOfOk(bytes));
      inside = "columns";
      return { bytes };
    }
    if (kind !== EOF || bytes.length >= HEAD + 9) return { bytes };
    if (inside === "columns") {
      inside = "rows";
      return { bytes };
    }
    return end(bytes, bytes.readUInt16LE(HEAD + 3));
  };
}

/** It stands behind two numbers of variable length. */
function statusOfOk(bytes: Buffer): number {
  let at = HEAD + 1;
  for (let numbers = 0; numbers < 2; numbers += 1) {
    const first = bytes[at] ?? 0;
    at += first < 0xfb ? 1 : ({ 252: 3, 253: 4, 254: 9 }[first] ?? 1);
  }
  return bytes.readUInt16LE(at);
}
