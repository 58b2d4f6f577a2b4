import { findMoto, startMoto } from "../support/moto";
import { startS3 } from "../support/s3-double";
import { s3Contract } from "./s3";

describe("the double of S3", () => {
  s3Contract(startS3, { sizes: [1_001, 2_500] });
});

const moto = findMoto();
if (moto === undefined) {
  console.warn("SKIPPED: the contract of S3 was not run on moto, because no moto_server is in the PATH.");
  describe.skip("moto", () => {
    test("is not installed: the contract of S3 was not run on it", () => {});
  });
} else {
  describe("moto", () => {
    s3Contract(() => startMoto(moto), { sizes: [1_001] });
  });
}
