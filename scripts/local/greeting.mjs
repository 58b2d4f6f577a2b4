import { connect } from "node:net";

const TIMEOUT_MS = 2000;

/** Whether a MySQL-family server greets at `target` (`{ port, host }` or `{ path }`). */
export function mysqlGreets(target) {
  const HEADER_BYTES = 4;
  const PROTOCOL_VERSION = 10; // an error packet has 255 here
  return firstAnswer(target, { isGreeting: (data) => data[HEADER_BYTES] === PROTOCOL_VERSION });
}

/**
 * Whether a PostgreSQL server at `target` asks `login` (`{ user, database }`) for a password. While it starts it answers
 * with an error instead. https://www.postgresql.org/docs/current/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-STARTUPMESSAGE
 */
export function postgresGreets(target, { user, database }) {
  const VERSION_3 = 196_608;
  const body = Buffer.from(`user\0${user}\0database\0${database}\0\0`);
  const head = Buffer.alloc(8);
  head.writeInt32BE(head.length + body.length, 0);
  head.writeInt32BE(VERSION_3, 4);
  const hello = Buffer.concat([head, body]);
  return firstAnswer(target, { hello, isGreeting: (data) => data.toString("latin1", 0, 1) === "R" });
}

function firstAnswer(target, { hello = "", isGreeting }) {
  return new Promise((resolve) => {
    const socket = connect(target).setTimeout(TIMEOUT_MS);
    const answer = (greeted) => {
      socket.destroy();
      resolve(greeted);
    };
    socket.write(hello);
    socket.once("data", (data) => answer(isGreeting(data)));
    for (const event of ["error", "close", "timeout"]) socket.once(event, () => answer(false));
  });
}
