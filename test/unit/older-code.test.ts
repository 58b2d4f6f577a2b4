import { rollbackWith } from "../../lib/engine/older-code";

test.each([
  ["42", "sls invoke -f rollback --qualifier 42."],
  ["42+1f0c2ab", "sls invoke -f rollback --qualifier 42."],
  ["$LATEST+1f0c2ab", "Environment.Variables.GIT_COMMIT=='1f0c2ab'"],
  ["$LATEST", "the code that has it ($LATEST)"],
  ["local", "the code that has it (local)"],
])("of what was applied by %s it is told which version can roll it back", (bundle, told) => {
  expect(rollbackWith(bundle)).toContain(told);
});
