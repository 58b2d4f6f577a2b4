import type { Environment } from "./variables";

/** Where a service of AWS is reached. */
export interface ServiceEndpoint {
  readonly protocol: "http:" | "https:";
  readonly host: string;
  readonly port: number;
}

const SERVICES = {
  secretsmanager: "AWS_ENDPOINT_URL_SECRETS_MANAGER",
  s3: "AWS_ENDPOINT_URL_S3",
} as const;

/** Regions by how their names begin, where the domain is not the usual one. */
const DOMAINS: readonly (readonly [region: string, domain: string])[] = [
  ["cn-", "amazonaws.com.cn"],
  ["eusc-", "amazonaws.eu"],
  ["us-iso-", "c2s.ic.gov"],
  ["us-isob-", "sc2s.sgov.gov"],
  ["us-isof-", "csp.hci.ic.gov"],
  ["eu-isoe-", "cloud.adc-e.uk"],
];

const domainOf = (region = "") => DOMAINS.find(([start]) => region.startsWith(start))?.[1] ?? "amazonaws.com";

/**
 * The endpoint that the SDK would use: the one that its variables name
 * (https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html), else the region's.
 */
export function endpointOf(
  service: keyof typeof SERVICES,
  region: string | undefined = process.env.AWS_REGION,
  env: Environment = process.env,
): ServiceEndpoint {
  const ignored = env.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS === "true";
  const url = ignored ? undefined : env[SERVICES[service]] || env.AWS_ENDPOINT_URL;
  if (!url || !URL.canParse(url)) {
    return { protocol: "https:", host: `${service}.${region}.${domainOf(region)}`, port: 443 };
  }
  const { hostname, port, protocol } = new URL(url);
  const [scheme, usual] = protocol === "http:" ? (["http:", 80] as const) : (["https:", 443] as const);
  return { protocol: scheme, host: hostname.replace(/^\[(.*)\]$/, "$1"), port: Number(port) || usual };
}
