const { arnOf, sub, tlsOnly } = require("./template.cjs");

/**
 * Where migrations are uploaded to, as the build reads it too: MIGRATIONS_S3 of the deployment's environment. Undefined
 * where they are in the zips. A location is what lib/s3-location.ts takes for one, which cannot be loaded here.
 * @returns `prefix` is empty or ends with a slash
 */
function location() {
  const text = process.env.MIGRATIONS_S3;
  if (!text) return undefined;
  const [, bucket, path = ""] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(text) ?? [];
  const prefix = path.replace(/\/$/, "");
  // No part of it may be empty, or hold what cannot be seen.
  const valid = path === "" || prefix.split("/").every((part) => /^\P{C}+$/u.test(part));
  if (!bucket || !valid) throw new Error("MIGRATIONS_S3 must be s3://BUCKET or s3://BUCKET/PREFIX.");
  return { bucket, prefix: prefix && `${prefix}/`, arn: sub(`arn:%{AWS::Partition}:s3:::${bucket}`) };
}

/** The function, with the name `upload`, to be merged into those of serverless.yml. */
exports.functions = async ({ resolveVariable }) => {
  if (!location()) return {};
  return {
    upload: {
      handler: await resolveVariable("param:uploadHandler"),
      description: "Migrates the databases whose migrations were uploaded",
      // Unlike a call, an event that failed has nobody who would call again.
      maximumRetryAttempts: 2,
      destinations: { onFailure: { type: "sqs", arn: arnOf("FailedUploads") } },
    },
  };
};

/** The role's part: the migrations, the key that encrypts them, and the queue that Lambda sends failed events to. */
exports.statements = async ({ resolveVariable }) => {
  const where = location();
  if (!where) return [];
  const { bucket, prefix, arn } = where;
  const kmsKeyArn = await resolveVariable("param:uploadKmsKeyArn");
  const objects = sub(`arn:%{AWS::Partition}:s3:::${bucket}/${prefix}*`);
  return [
    {
      Effect: "Allow",
      Action: ["s3:ListBucket"],
      Resource: [arn],
      // With the condition, a listing without a prefix would be refused.
      ...(prefix && { Condition: { StringLike: { "s3:prefix": `${prefix}*` } } }),
    },
    { Effect: "Allow", Action: ["s3:GetObject"], Resource: [objects] },
    { Effect: "Allow", Action: ["sqs:SendMessage"], Resource: [arnOf("FailedUploads")] },
    ...(kmsKeyArn ? [{ Effect: "Allow", Action: ["kms:Decrypt"], Resource: [kmsKeyArn] }] : []),
  ];
};

/** The bucket, unless it is there already; who may call the function; and where the events go that failed in all attempts. */
exports.resources = async ({ resolveVariable }) => {
  const where = location();
  if (!where) return { Resources: {} };
  const made = await resolveVariable("param:uploadBucket");
  if (!["new", "existing"].includes(made)) throw new Error('The parameter uploadBucket must be "new" or "existing".');
  const kmsKeyArn = await resolveVariable("param:uploadKmsKeyArn");
  return {
    Resources: {
      UploadPermission: {
        Type: "AWS::Lambda::Permission",
        Properties: {
          FunctionName: arnOf("UploadLambdaFunction"),
          Action: "lambda:InvokeFunction",
          Principal: "s3.amazonaws.com",
          SourceArn: where.arn,
          // A bucket's ARN names no account: somebody else may have the name once the bucket is gone.
          SourceAccount: { Ref: "AWS::AccountId" },
        },
      },
      ...failedUploads(),
      ...(made === "new" ? bucket(where, kmsKeyArn) : {}),
    },
  };
};

function failedUploads() {
  return {
    FailedUploads: {
      Type: "AWS::SQS::Queue",
      Properties: { MessageRetentionPeriod: 14 * 24 * 60 * 60, SqsManagedSseEnabled: true },
    },
    FailedUploadsPolicy: {
      Type: "AWS::SQS::QueuePolicy",
      Properties: {
        Queues: [{ Ref: "FailedUploads" }],
        PolicyDocument: { Version: "2012-10-17", Statement: [tlsOnly("sqs:*", arnOf("FailedUploads"))] },
      },
    },
  };
}

/** It outlives the stack: what was run is in it. */
function bucket({ bucket: BucketName, prefix, arn }, kmsKeyArn) {
  const encryption = kmsKeyArn ? { SSEAlgorithm: "aws:kms", KMSMasterKeyID: kmsKeyArn } : { SSEAlgorithm: "AES256" };
  const told = { Event: "s3:ObjectCreated:*", Function: arnOf("UploadLambdaFunction") };
  const below = prefix && { Filter: { S3Key: { Rules: [{ Name: "prefix", Value: prefix }] } } };
  return {
    UploadBucket: {
      Type: "AWS::S3::Bucket",
      DeletionPolicy: "Retain",
      UpdateReplacePolicy: "Retain",
      // S3 tries the function at once, and refuses one that it may not call; the first event needs its retries too.
      DependsOn: ["UploadPermission", "UploadLambdaEvConf"],
      Properties: {
        BucketName,
        VersioningConfiguration: { Status: "Enabled" },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [{ BucketKeyEnabled: true, ServerSideEncryptionByDefault: encryption }],
        },
        NotificationConfiguration: { LambdaConfigurations: [{ ...told, ...below }] },
      },
    },
    UploadBucketPolicy: {
      Type: "AWS::S3::BucketPolicy",
      Properties: {
        Bucket: { Ref: "UploadBucket" },
        PolicyDocument: {
          Version: "2012-10-17",
          Statement: [tlsOnly("s3:*", [arn, sub(`arn:%{AWS::Partition}:s3:::${BucketName}/*`)])],
        },
      },
    },
  };
}
