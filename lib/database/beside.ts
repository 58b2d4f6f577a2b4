import type { Part } from "./connection";
import type { Relay } from "./dialect";
import type { MessageContext } from "./message";

/** Makes a statement of ours with its values beside its text, which is then the same for every step. */
export type Beside = (make: (context: MessageContext) => Part) => Part;

/** @param parameter as of a Relay */
export function besideWith(parameter: NonNullable<Relay["parameter"]>, context: MessageContext): Beside {
  const { dialect } = context;
  let values: (string | null)[] = [];
  const text = (value: string | null | undefined) => {
    values.push(value?.replaceAll("\0", "") ?? null);
    return parameter(values.length);
  };
  const within = { ...context, dialect: { ...dialect, grammar: { ...dialect.grammar, text } } };
  return (make) => {
    values = [];
    return { ...make(within), values };
  };
}

/** As a message takes values, beside the text or in it. */
export function withValues(context: MessageContext, make: (context: MessageContext) => Part): Part {
  return context.beside ? context.beside(make) : make(context);
}
