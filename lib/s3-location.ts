/** Where migrations are uploaded to: a folder for each database below a prefix. */
export interface S3Location {
  readonly bucket: string;
  /** Empty, or ends with a slash. */
  readonly prefix: string;
}

/**
 * @param text `s3://bucket` or `s3://bucket/prefix`, with or without a slash at its end
 * @returns undefined for anything else
 */
export function parseS3Location(text: string): S3Location | undefined {
  const [, bucket, prefix = ""] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(text) ?? [];
  if (bucket === undefined) return undefined;
  const parts = prefix.replace(/\/$/, "").split("/");
  if (prefix !== "" && !parts.every((part) => /^\P{C}+$/u.test(part))) return undefined;
  return { bucket, prefix: prefix === "" ? "" : `${parts.join("/")}/` };
}

/** For people. */
export function showS3Location({ bucket, prefix }: S3Location): string {
  return `s3://${bucket}/${prefix}`.replace(/\/$/, "");
}
