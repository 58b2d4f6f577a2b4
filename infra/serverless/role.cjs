const { statements } = require("./permissions.cjs");
const { sub } = require("./template.cjs");

/** What Lambda itself does with the role to put a function into a VPC; none of it can be limited to one resource. */
const INTERFACES = [
  "ec2:CreateNetworkInterface",
  "ec2:DescribeNetworkInterfaces",
  "ec2:DescribeSubnets",
  "ec2:DeleteNetworkInterface",
  "ec2:AssignPrivateIpAddresses",
  "ec2:UnassignPrivateIpAddresses",
];

/**
 * A role with these rights and no others: the functions' own logs, the network interfaces of their VPC, and
 * `permissions.cjs`. The framework's own role would get a managed policy that may write every log of the account.
 */
exports.resources = async ({ resolveVariable }) => {
  const service = await resolveVariable("self:service");
  const stage = await resolveVariable("sls:stage");
  const inVpc = (await resolveVariable("param:subnetIds")) !== "";
  const functions = `${service}-${stage}-*`;
  const logs = sub(`arn:%{AWS::Partition}:logs:%{AWS::Region}:%{AWS::AccountId}:log-group:/aws/lambda/${functions}:*`);
  const Statement = [write(logs), ...(inVpc ? interfaces(functions) : []), ...(await statements({ resolveVariable }))];
  return {
    Resources: {
      MigratorRole: role("migrator", Statement),
      DeploymentRole: role("deployment", [write(logs), call(functions)]),
    },
  };
};

function role(PolicyName, Statement) {
  return {
    Type: "AWS::IAM::Role",
    Properties: {
      AssumeRolePolicyDocument: {
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }],
      },
      Policies: [{ PolicyName, PolicyDocument: { Version: "2012-10-17", Statement } }],
    },
  };
}

function write(logs) {
  return { Effect: "Allow", Action: ["logs:CreateLogStream", "logs:PutLogEvents"], Resource: [logs] };
}

/** The functions of this service, itself among them: a run may last longer than it may. */
function call(functions) {
  const arn = sub(`arn:%{AWS::Partition}:lambda:%{AWS::Region}:%{AWS::AccountId}:function:${functions}`);
  return { Effect: "Allow", Action: ["lambda:InvokeFunction"], Resource: [arn] };
}

/** Allowed to Lambda, denied to the code of the functions: https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html */
function interfaces(functions) {
  const arn = sub(`arn:%{AWS::Partition}:lambda:%{AWS::Region}:%{AWS::AccountId}:function:${functions}`);
  return [
    { Effect: "Allow", Action: INTERFACES, Resource: "*" },
    { Effect: "Deny", Action: INTERFACES, Resource: "*", Condition: { ArnLike: { "lambda:SourceFunctionArn": arn } } },
  ];
}
