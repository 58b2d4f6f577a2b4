import { styleText } from "node:util";

/** How a word is set apart; nothing where there is no terminal. */
export type Style = (format: "green" | "red" | "yellow" | "dim" | "bold", text: string) => string;

/** As https://no-color.org asks for. */
export function styleFor(stream: NodeJS.WriteStream): Style {
  const coloured = stream.isTTY && !process.env.NO_COLOR && process.env.TERM !== "dumb";
  return (format, text) => (coloured ? styleText(format, text) : text);
}
