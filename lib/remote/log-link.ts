/** Domains of the console by how a region begins: https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html */
const CONSOLES: readonly (readonly [region: string, domain: string])[] = [
  ["cn-", "console.amazonaws.cn"],
  ["us-gov-", "console.amazonaws-us-gov.com"],
  ["", "console.aws.amazon.com"],
];

/** Where the console shows a function's log. It wants the name encoded twice, with $ for %. */
export function logLink(region: string, name: string): string {
  const group = encodeURIComponent(encodeURIComponent(`/aws/lambda/${name}`)).replaceAll("%", "$");
  const [, domain = ""] = CONSOLES.find(([start]) => region.startsWith(start)) ?? [];
  return `https://${region}.${domain}/cloudwatch/home?region=${region}#logsV2:log-groups/log-group/${group}`;
}
