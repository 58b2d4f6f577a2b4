import { parseS3Location, showS3Location } from "../../lib/s3-location";

test.each([
  ["s3://uploads", "uploads", ""],
  ["s3://uploads/", "uploads", ""],
  ["s3://uploads/live", "uploads", "live/"],
  ["s3://my.uploads-1/a b/ü/", "my.uploads-1", "a b/ü/"],
])("%s is a bucket and a prefix", (text, bucket, prefix) => {
  expect(parseS3Location(text)).toEqual({ bucket, prefix });
});

test("a location is shown as it is written", () => {
  const texts = ["s3://uploads", "s3://uploads/live/de"];
  expect(texts.map((text) => showS3Location(parseS3Location(text) ?? { bucket: "", prefix: "" }))).toEqual(texts);
});

test.each([
  ...[
    "",
    "uploads",
    "uploads/live",
    "s3:uploads",
    "s3:///live",
    "s3://",
    "S3://uploads",
    "https://uploads.s3.amazonaws.com",
  ],
  ...[
    "s3://Uploads",
    "s3://up_loads",
    "s3://ab",
    "s3://-abc",
    "s3://uploads//live",
    "s3://uploads/live//",
    "s3://uploads//",
  ],
  ...["s3://uploads/a\nb", "s3://uploads/*\0", "s3://user:password@uploads", "s3://uploads?x=1", " s3://uploads"],
])("%j is none", (text) => {
  expect(parseS3Location(text)).toBeUndefined();
});
