/** Texts that name a bucket and a prefix, and what they are. */
export const LOCATIONS: readonly (readonly [text: string, bucket: string, prefix: string])[] = [
  ["s3://uploads", "uploads", ""],
  ["s3://uploads/", "uploads", ""],
  ["s3://uploads/live", "uploads", "live/"],
  ["s3://my.uploads-1/a b/ü/", "my.uploads-1", "a b/ü/"],
];

/** Texts that do not; without the empty one, which is a setting that is not set. */
export const NO_LOCATIONS: readonly string[] = [
  ...["uploads", "uploads/live", "s3:uploads", "s3:///live", "s3://", "S3://uploads"],
  ...["https://uploads.s3.amazonaws.com", "s3://Uploads", "s3://up_loads", "s3://ab", "s3://-abc"],
  ...["s3://uploads//live", "s3://uploads/live//", "s3://uploads//", "s3://uploads/a\nb", "s3://uploads/live\n"],
  ...["s3://user:password@uploads", "s3://uploads?x=1", " s3://uploads"],
];
