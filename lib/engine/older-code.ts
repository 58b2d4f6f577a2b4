/**
 * How to roll back with the code of another deployment, which has what this one lacks.
 *
 * @param bundle as the journal has it: the function's version, and the commit where it is known. Who names no version gets
 * `$LATEST`, which is other code by now; the commit then tells the versions apart, as each keeps its environment.
 */
export function rollbackWith(bundle: string): string {
  const [version = "", commit] = bundle.split("+");
  const call = (number: string) => `sls invoke -f rollback --qualifier ${number}`;
  if (/^\d+$/.test(version)) return `Roll back with the version that has it (${bundle}): ${call(version)}.`;
  if (commit === undefined) return `Roll back with the code that has it (${bundle}), deployed again or by its version.`;
  const found = `--query "Versions[?Environment.Variables.GIT_COMMIT=='${commit}'].Version"`;
  return `Roll back with the version that was deployed from commit ${commit}: ${call("N")}, where N is what aws lambda list-versions-by-function ${found} gives of that function.`;
}
