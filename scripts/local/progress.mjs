/** A step that is silent for long looks like one that hangs. */
const REMINDER_MS = 10_000;

export function say(message) {
  process.stderr.write(`${message}\n`);
}

/** Runs one step of the set-up, saying when it begins, that it still goes on, and how long it took. */
export async function step(title, work) {
  const begun = Date.now();
  const elapsed = () => `${((Date.now() - begun) / 1000).toFixed(1)} s`;
  say(`- ${title} …`);
  const reminder = setInterval(() => say(`  … ${elapsed()}`), REMINDER_MS);
  try {
    const result = await work();
    say(`  done in ${elapsed()}`);
    return result;
  } finally {
    clearInterval(reminder);
  }
}

/** What a person can mend: shown without a stack. */
export class Advice extends Error {}

/** Runs a script's main function; what goes wrong becomes one readable message and exit code 1. */
export async function main(work) {
  try {
    process.exitCode = (await work()) ?? 0;
  } catch (error) {
    say(error instanceof Advice ? `\n${error.message}` : (error.stack ?? String(error)));
    process.exitCode = 1;
  }
}
