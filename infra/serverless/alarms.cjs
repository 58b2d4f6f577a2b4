const { functions } = require("./upload.cjs");

/** Mail when a function fails, or an upload failed in all attempts: with an address only. */
exports.resources = async ({ resolveVariable }) => {
  const address = await resolveVariable("param:alarmEmail");
  if (!address) return { Resources: {} };
  const uploads = Object.keys(await functions({ resolveVariable }));
  const ofFunctions = ["migrate", "rollback", "status", ...uploads].flatMap((name) => {
    const logicalId = `${name[0].toUpperCase()}${name.slice(1)}`;
    const of = {
      Namespace: "AWS/Lambda",
      Statistic: "Sum",
      Dimensions: [{ Name: "FunctionName", Value: { Ref: `${logicalId}LambdaFunction` } }],
    };
    return ["Errors", "Throttles"].map((MetricName) => [
      `${logicalId}${MetricName}Alarm`,
      alarm({ MetricName, ...of }),
    ]);
  });
  const ofQueue = uploads.map(() => [
    "FailedUploadsAlarm",
    alarm({
      Namespace: "AWS/SQS",
      MetricName: "ApproximateNumberOfMessagesVisible",
      Statistic: "Maximum",
      Dimensions: [{ Name: "QueueName", Value: { "Fn::GetAtt": ["FailedUploads", "QueueName"] } }],
    }),
  ]);
  return {
    Resources: {
      // Not encrypted with AWS's own key for SNS: CloudWatch may not use that one, and its alarms would go nowhere.
      AlarmTopic: {
        Type: "AWS::SNS::Topic",
        Properties: { Subscription: [{ Protocol: "email", Endpoint: address }] },
      },
      ...Object.fromEntries([...ofFunctions, ...ofQueue]),
    },
  };
};

function alarm(metric) {
  return {
    Type: "AWS::CloudWatch::Alarm",
    Properties: {
      ...metric,
      Period: 60,
      EvaluationPeriods: 1,
      ComparisonOperator: "GreaterThanThreshold",
      Threshold: 0,
      // A function that nobody calls sends no numbers at all.
      TreatMissingData: "notBreaching",
      AlarmActions: [{ Ref: "AlarmTopic" }],
      OKActions: [{ Ref: "AlarmTopic" }],
    },
  };
}
