const list = (text) =>
  text
    .split(",")
    .map((item) => item.trim())
    .filter(Boolean);

/** Without subnets there is no VPC: for trying things out. */
exports.vpc = async ({ resolveVariable }) => {
  const subnetIds = list(await resolveVariable("param:subnetIds"));
  const securityGroupIds = list(await resolveVariable("param:securityGroupIds"));
  if (subnetIds.length === 0 && securityGroupIds.length === 0) return null;
  if (subnetIds.length === 0 || securityGroupIds.length === 0) {
    throw new Error("Give both subnetIds and securityGroupIds, or neither.");
  }
  return { subnetIds, securityGroupIds };
};
exports.list = list;
