const { list } = require("./network.cjs");

/** A function in a VPC reaches Secrets Manager only through a NAT gateway or an interface endpoint: the latter, if asked for. */
exports.resources = async ({ resolveVariable }) => {
  const vpcId = await resolveVariable("param:endpointVpcId");
  if (!vpcId) return { Resources: {} };
  const subnetIds = list(await resolveVariable("param:subnetIds"));
  const functionGroups = list(await resolveVariable("param:securityGroupIds"));
  const fromFunctions = functionGroups.map((SourceSecurityGroupId) => ({
    IpProtocol: "tcp",
    FromPort: 443,
    ToPort: 443,
    SourceSecurityGroupId,
  }));
  return {
    Resources: {
      SecretsManagerEndpointGroup: {
        Type: "AWS::EC2::SecurityGroup",
        Properties: {
          GroupDescription: "HTTPS from the migration functions to Secrets Manager",
          VpcId: vpcId,
          SecurityGroupIngress: fromFunctions,
        },
      },
      SecretsManagerEndpoint: {
        Type: "AWS::EC2::VPCEndpoint",
        Properties: {
          VpcEndpointType: "Interface",
          VpcId: vpcId,
          ServiceName: { "Fn::Join": [".", ["com.amazonaws", { Ref: "AWS::Region" }, "secretsmanager"]] },
          SubnetIds: subnetIds,
          SecurityGroupIds: [{ "Fn::GetAtt": ["SecretsManagerEndpointGroup", "GroupId"] }],
          PrivateDnsEnabled: true,
        },
      },
    },
  };
};
