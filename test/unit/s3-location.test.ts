import { parseS3Location, showS3Location } from "../../lib/s3-location";
import { LOCATIONS, NO_LOCATIONS } from "../support/s3-locations";

test.each(LOCATIONS)("%s is a bucket and a prefix", (text, bucket, prefix) => {
  expect(parseS3Location(text)).toEqual({ bucket, prefix });
});

test("a location is shown as it is written", () => {
  const texts = ["s3://uploads", "s3://uploads/live/de"];
  expect(texts.map((text) => showS3Location(parseS3Location(text) ?? { bucket: "", prefix: "" }))).toEqual(texts);
});

test.each(["", ...NO_LOCATIONS])("%j is none", (text) => {
  expect(parseS3Location(text)).toBeUndefined();
});
