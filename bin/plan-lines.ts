import type { Preview, PreviewStep } from "../lib/preview";
import type { Style } from "./style";
import { printable } from "./text";

const ASKED = "should the server die in it, a person will have to tell whether it took effect";

/** A plan statement by statement: those with a bracket beside them commit together. */
export function planLines({ steps, digest }: Preview, style: Style): readonly string[] {
  if (steps.length === 0) return [];
  return [...steps.flatMap((step) => stepLines(step, style)), `${style("dim", "digest")} ${digest}`];
}

function stepLines(step: PreviewStep, style: Style): readonly string[] {
  const { name, direction, phase, file, from, statements, more } = step;
  const notes = [
    direction === "down" ? "to revert" : "to apply",
    ...(phase === "post" ? ["after the deployment"] : []),
    ...(from === undefined ? [] : [`goes on at statement ${from}`]),
  ];
  return [
    `${style("bold", printable(name))}  ${style("dim", printable(`${notes.join(", ")}  ${file}`))}`,
    ...(statements === undefined ? [`  ${style("dim", "code: what it asks for is known when it does")}`] : []),
    ...(statements ?? []).flatMap((one, at, all) => {
      const number = String(one.statement).padStart(4);
      const text = `${number} ${bracket(all, at)} ${printable(one.sql)}`;
      return [text, ...(one.whenCutOff === "asked" ? [`       ${style("yellow", ASKED)}`] : [])];
    }),
    ...(more === undefined ? [] : [style("dim", `     … and ${more} more`)]),
  ];
}

type Statements = NonNullable<PreviewStep["statements"]>;

function isLast(all: Statements, at: number): boolean {
  return all[at + 1]?.segment !== all[at]?.segment;
}

function bracket(all: Statements, at: number): string {
  const first = all[at - 1]?.segment !== all[at]?.segment;
  if (isLast(all, at)) return first ? " " : "└";
  return first ? "┌" : "│";
}
