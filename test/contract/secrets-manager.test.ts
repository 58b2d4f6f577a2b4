import { findMoto, startMoto } from "../support/moto";
import { startSecretsManager } from "../support/secrets-manager";
import { secretsManagerContract } from "./secrets-manager";

describe("the double of Secrets Manager", () => {
  secretsManagerContract(startSecretsManager);
});

const moto = findMoto();
if (moto === undefined) {
  console.warn("SKIPPED: the contract of Secrets Manager was not run on moto, because no moto_server is in the PATH.");
  describe.skip("moto", () => {
    test("is not installed: the contract of Secrets Manager was not run on it", () => {});
  });
} else {
  describe("moto", () => {
    secretsManagerContract(() => startMoto(moto));
  });
}
