const upload = require("./upload.cjs");

/**
 * What the functions may do besides writing their own logs: read this one secret, log in as this one user of the
 * database, and read the migrations that are uploaded.
 */
exports.statements = async ({ resolveVariable }) => {
  const secretArn = await resolveVariable("param:secretArn");
  const kmsKeyArn = await resolveVariable("param:kmsKeyArn");
  const dbUserArn = await resolveVariable("param:dbUserArn");
  const allow = (Action, Resource) => ({ Effect: "Allow", Action: [Action], Resource: [Resource] });
  return [
    ...(secretArn ? [allow("secretsmanager:GetSecretValue", whole(secretArn))] : []),
    ...(kmsKeyArn ? [allow("kms:Decrypt", kmsKeyArn)] : []),
    ...(dbUserArn ? [allow("rds-db:connect", dbUserArn)] : []),
    ...(await upload.statements({ resolveVariable })),
  ];
};

/** Secrets Manager adds a hyphen and six random characters to a secret's name. */
function whole(secretArn) {
  return /-[A-Za-z0-9]{6}$/.test(secretArn) ? secretArn : `${secretArn}-??????`;
}
