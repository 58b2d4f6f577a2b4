/** Text with what CloudFormation knows: `%{AWS::Region}`, which JavaScript could take for a template of its own with a `$`. */
exports.sub = (text) => ({ "Fn::Sub": text.replaceAll("%", "$") });

exports.arnOf = (resource) => ({ "Fn::GetAtt": [resource, "Arn"] });

/** Refuses whoever does not use TLS. */
exports.tlsOnly = (Action, Resource) => ({
  Sid: "TlsOnly",
  Effect: "Deny",
  Principal: "*",
  Action,
  Resource,
  Condition: { Bool: { "aws:SecureTransport": "false" } },
});
