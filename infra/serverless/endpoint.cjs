const { list } = require("./network.cjs");

/**
 * A function in a VPC reaches AWS's services only through a NAT gateway or through endpoints: an interface one for Secrets
 * Manager, a gateway for S3. Each is made when it is asked for.
 */
exports.resources = async (options) => ({
  Resources: { ...(await secretsManager(options)), ...(await s3(options)) },
});

async function s3({ resolveVariable }) {
  const vpcId = await resolveVariable("param:s3EndpointVpcId");
  const routeTableIds = list(await resolveVariable("param:s3EndpointRouteTableIds"));
  if (!vpcId && routeTableIds.length === 0) return {};
  if (!vpcId || routeTableIds.length === 0) {
    throw new Error("Give both s3EndpointVpcId and s3EndpointRouteTableIds, or neither.");
  }
  return {
    S3Endpoint: {
      Type: "AWS::EC2::VPCEndpoint",
      Properties: {
        VpcEndpointType: "Gateway",
        VpcId: vpcId,
        ServiceName: serviceName("s3"),
        RouteTableIds: routeTableIds,
      },
    },
  };
}

async function secretsManager({ resolveVariable }) {
  const vpcId = await resolveVariable("param:endpointVpcId");
  if (!vpcId) return {};
  const subnetIds = list(await resolveVariable("param:subnetIds"));
  const functionGroups = list(await resolveVariable("param:securityGroupIds"));
  const fromFunctions = functionGroups.map((SourceSecurityGroupId) => ({
    IpProtocol: "tcp",
    FromPort: 443,
    ToPort: 443,
    SourceSecurityGroupId,
  }));
  return {
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
        ServiceName: serviceName("secretsmanager"),
        SubnetIds: subnetIds,
        SecurityGroupIds: [{ "Fn::GetAtt": ["SecretsManagerEndpointGroup", "GroupId"] }],
        PrivateDnsEnabled: true,
      },
    },
  };
}

const serviceName = (service) => ({ "Fn::Join": [".", ["com.amazonaws", { Ref: "AWS::Region" }, service]] });
