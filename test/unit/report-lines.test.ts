import { unreachedLines } from "../../bin/report-lines";

const plain = (_: unknown, text: string) => text;
const port = { code: "CHECK_FAILED", message: "The port refuses connections.", advice: "Correct the port." } as const;
const name = { code: "CHECK_FAILED", message: "The name is unknown.", advice: "Correct the name." } as const;

test("what stood in the way of a connection is said once, and what stood there besides as well", () => {
  const error = { code: "UNREACHABLE", message: "The database cannot be reached." } as const;
  const advice = `${port.message} ${port.advice}`;
  expect(unreachedLines({ ...error, advice, problems: [port, name] }, plain)).toEqual([
    "✖ The database cannot be reached.",
    "  The port refuses connections. Correct the port.",
    "  - The name is unknown.",
    "    Correct the name.",
  ]);
});

test("without an advice all that is wrong is listed", () => {
  const problems = [{ ...port, message: "1.sql cannot be read." }];
  expect(unreachedLines({ code: "INVALID_MIGRATIONS", message: "1.sql cannot be read.", problems }, plain)).toEqual([
    "✖ 1.sql cannot be read.",
    "  Correct the port.",
  ]);
});
