import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { endpointOf } from "../../lib/settings/endpoints";

const OVERRIDE = { AWS_ENDPOINT_URL_SECRETS_MANAGER: "http://[::1]:4566", AWS_ENDPOINT_URL: "http://elsewhere" };

test.each([
  "eu-central-1",
  "us-gov-west-1",
  "cn-north-1",
  "eusc-de-east-1",
  "us-iso-east-1",
  "us-isob-east-1",
  "us-isof-south-1",
  "eu-isoe-west-1",
])("in %s it is the SDK's", (region) => {
  const client = new SecretsManagerClient({ region });
  const { url } = client.config.endpointProvider({ Region: region, UseFIPS: false, UseDualStack: false });
  expect(endpointOf("secretsmanager", region, {})).toEqual({ protocol: "https:", host: url.hostname, port: 443 });
});

test("a service's own variable comes before the general one", () => {
  expect(endpointOf("secretsmanager", "eu-central-1", OVERRIDE)).toEqual({
    protocol: "http:",
    host: "::1",
    port: 4566,
  });
  expect(endpointOf("s3", "eu-central-1", OVERRIDE)).toMatchObject({ host: "elsewhere", port: 80 });
});

test("the variables are passed over where another one says so", () => {
  const env = { ...OVERRIDE, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "true" };
  expect(endpointOf("s3", "eu-central-1", env)).toMatchObject({ host: "s3.eu-central-1.amazonaws.com" });
});
