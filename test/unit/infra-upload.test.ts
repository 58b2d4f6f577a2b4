import { LOCATIONS, NO_LOCATIONS } from "../support/s3-locations";
import { part, resources, withEnvironment } from "../support/serverless-part";

const uploads = <T>(work: () => Promise<T>, location = "s3://shop-uploads/prod/") =>
  withEnvironment({ MIGRATIONS_S3: location }, work);
const statements = () => part("permissions", "statements");

test("without MIGRATIONS_S3 nothing is made for uploads", async () => {
  await withEnvironment({ MIGRATIONS_S3: "" }, async () => {
    expect(await part("upload", "functions")).toEqual({});
    expect(await resources("upload")).toEqual({});
    expect(await statements()).toEqual([]);
  });
});

test("a failed upload is tried twice more, and then kept in a queue", async () => {
  expect(await uploads(() => part("upload", "functions"))).toEqual({
    upload: expect.objectContaining({
      handler: "functions/upload.handler",
      maximumRetryAttempts: 2,
      destinations: { onFailure: { type: "sqs", arn: { "Fn::GetAtt": ["FailedUploads", "Arn"] } } },
    }),
  });
  expect(await uploads(() => resources("upload"))).toMatchObject({ FailedUploads: { Type: "AWS::SQS::Queue" } });
});

test("the new bucket is versioned, encrypted, closed to the public, and tells the function what is put below the prefix", async () => {
  const { UploadBucket, UploadBucketPolicy } = await uploads(() => resources("upload"));
  expect(UploadBucket).toMatchObject({
    DeletionPolicy: "Retain",
    DependsOn: ["UploadPermission", "UploadLambdaEvConf"],
    Properties: {
      BucketName: "shop-uploads",
      VersioningConfiguration: { Status: "Enabled" },
      PublicAccessBlockConfiguration: { BlockPublicAcls: true, RestrictPublicBuckets: true },
      BucketEncryption: { ServerSideEncryptionConfiguration: [expect.anything()] },
      NotificationConfiguration: {
        LambdaConfigurations: [
          { Event: "s3:ObjectCreated:*", Filter: { S3Key: { Rules: [{ Name: "prefix", Value: "prod/" }] } } },
        ],
      },
    },
  });
  expect(JSON.stringify(UploadBucketPolicy)).toContain("aws:SecureTransport");
});

test("only this bucket of this account may call the function", async () => {
  expect((await uploads(() => resources("upload"))).UploadPermission?.Properties).toMatchObject({
    Principal: "s3.amazonaws.com",
    SourceArn: { "Fn::Sub": expect.stringMatching(/:s3:::shop-uploads$/) },
    SourceAccount: { Ref: "AWS::AccountId" },
  });
});

test("a bucket that is there already is not touched", async () => {
  const made = await uploads(() => resources("upload", { uploadBucket: "existing" }));
  expect(Object.keys(made)).toEqual(["UploadPermission", "FailedUploads", "FailedUploadsPolicy"]);
});

test("the role may list and read below the prefix, and nothing above it", async () => {
  expect(await uploads(statements)).toMatchObject([
    { Action: ["s3:ListBucket"], Condition: { StringLike: { "s3:prefix": "prod/*" } } },
    {
      Action: ["s3:GetObject"],
      Resource: [{ "Fn::Sub": expect.stringMatching(/shop-uploads\/prod\/\*$/) }],
    },
    { Action: ["sqs:SendMessage"] },
  ]);
});

test("a whole bucket is listed without a condition, which a listing without a prefix would not meet", async () => {
  const [list] = (await uploads(statements, "s3://shop-uploads")) as readonly object[];
  expect(list).toMatchObject({ Action: ["s3:ListBucket"] });
  expect(list).not.toHaveProperty("Condition");
});

test.each(LOCATIONS)("%s is the bucket and the prefix that the function takes it for", async (text, bucket, prefix) => {
  const { UploadBucket } = await uploads(() => resources("upload"), text);
  const below = prefix !== "" && { Filter: { S3Key: { Rules: [{ Name: "prefix", Value: prefix }] } } };
  const told = { Event: "s3:ObjectCreated:*", Function: expect.anything(), ...below };
  expect(UploadBucket?.Properties).toMatchObject({
    BucketName: bucket,
    NotificationConfiguration: { LambdaConfigurations: [told] },
  });
});

test("a location or a parameter that cannot be understood ends the deployment", async () => {
  for (const location of NO_LOCATIONS) {
    await expect(uploads(() => part("upload", "functions"), location)).rejects.toThrow("MIGRATIONS_S3 must be");
  }
  await expect(uploads(() => resources("upload", { uploadBucket: "yes" }))).rejects.toThrow("uploadBucket must be");
  await expect(resources("endpoint", { s3EndpointVpcId: "vpc-1" })).rejects.toThrow("Give both");
});

test("the gateway endpoint for S3 is made when it is asked for", async () => {
  const asked = { s3EndpointVpcId: "vpc-1", s3EndpointRouteTableIds: "rtb-1, rtb-2" };
  expect(await resources("endpoint", asked)).toMatchObject({
    S3Endpoint: { Properties: { VpcEndpointType: "Gateway", VpcId: "vpc-1", RouteTableIds: ["rtb-1", "rtb-2"] } },
  });
});

test("alarms are made for an address, of every function and of the queue", async () => {
  expect(await resources("alarms")).toEqual({});
  const alarmEmail = "somebody@example.com";
  expect(Object.keys(await resources("alarms", { alarmEmail }))).toHaveLength(1 + 3 * 2);
  const made = await uploads(() => resources("alarms", { alarmEmail }));
  expect(Object.keys(made)).toHaveLength(1 + 4 * 2 + 1);
  expect(made).toMatchObject({
    AlarmTopic: { Properties: { Subscription: [{ Protocol: "email", Endpoint: alarmEmail }] } },
    UploadErrorsAlarm: {
      Properties: { Dimensions: [{ Name: "FunctionName", Value: { Ref: "UploadLambdaFunction" } }] },
    },
    FailedUploadsAlarm: { Properties: { MetricName: "ApproximateNumberOfMessagesVisible" } },
  });
});
