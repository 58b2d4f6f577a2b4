// The fields that matter of what S3 and the services behind it send:
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html and ev-events.html,
// https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html and with-sqs.html

/** @param key as it is in the bucket */
export function s3Event(bucket: string, ...keys: readonly string[]) {
  return {
    Records: keys.map((key) => ({
      eventVersion: "2.1",
      eventSource: "aws:s3",
      awsRegion: "eu-central-1",
      eventTime: "2026-01-01T00:00:00.000Z",
      eventName: "ObjectCreated:Put",
      s3: {
        s3SchemaVersion: "1.0",
        configurationId: "migrations",
        bucket: { name: bucket, arn: `arn:aws:s3:::${bucket}` },
        object: {
          key: formEncoded(key),
          size: 1,
          eTag: "d41d8cd98f00b204e9800998ecf8427e",
          sequencer: "0A1B2C3D4E5F678901",
        },
      },
    })),
  };
}

export function eventBridgeEvent(bucket: string, key: string) {
  return {
    version: "0",
    "detail-type": "Object Created",
    source: "aws.s3",
    detail: { version: "0", bucket: { name: bucket }, object: { key, size: 1 }, reason: "PutObject" },
  };
}

export const testEvent = {
  Service: "Amazon S3",
  Event: "s3:TestEvent",
  Time: "2026-01-01T00:00:00.000Z",
  Bucket: "uploads",
};

export function inSns(...messages: readonly unknown[]) {
  return {
    Records: messages.map((message) => ({
      EventSource: "aws:sns",
      EventVersion: "1.0",
      Sns: { Type: "Notification", MessageId: "1", Message: JSON.stringify(message) },
    })),
  };
}

/** What a queue gets from a topic that does not deliver messages raw. */
export function snsNotification(message: unknown) {
  return {
    Type: "Notification",
    MessageId: "1",
    TopicArn: "arn:aws:sns:eu-central-1:1:t",
    Message: JSON.stringify(message),
  };
}

/** Messages are called `m1`, `m2` … */
export function inSqs(...bodies: readonly unknown[]) {
  return {
    Records: bodies.map((body, at) => ({
      messageId: `m${at + 1}`,
      eventSource: "aws:sqs",
      body: typeof body === "string" ? body : JSON.stringify(body),
    })),
  };
}

/** As a form would send it: a blank is a +, and everything special is escaped, the slash too. */
function formEncoded(key: string): string {
  return encodeURIComponent(key).replaceAll("%20", "+");
}
