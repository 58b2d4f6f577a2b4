import { resolveCname } from "node:dns/promises";
import type { Examination, LackingPrivilege, PoolerSign, ServerFacts } from "../examination";
import type { Finding } from "../finding";
import { check, finding, skipped, type Until, type Verdict, within } from "./check";
import { afterFailed } from "./reach";
import { failed } from "./subject";

/** What can only be asked once logged in, one after the other on one connection. */
export async function sessionFindings(
  examination: Examination,
  host: string | undefined,
  until: Until,
): Promise<readonly Finding[]> {
  let facts: ServerFacts | undefined;
  const version = await check("version", until, async () => {
    facts = await examination.facts();
    return versionVerdict(facts);
  });
  const privileges = await check("privileges", until, async () => privilegesVerdict(await examination.lacking()));
  const pooler = await check("pooler", until, async (end) => {
    const named = host !== undefined && (await isRdsProxy(host, end));
    return poolerVerdict([...(await examination.between()), ...(named ? ["name" as const] : [])]);
  });
  return [version, ...factFindings(facts), privileges, pooler];
}

function factFindings(facts: ServerFacts | undefined): readonly Finding[] {
  if (!facts) return [skipped("writer", afterFailed("version")), skipped("clock", afterFailed("version"))];
  return [finding("writer", writerVerdict(facts)), finding("clock", clockVerdict(facts))];
}

const ok = (message: string): Verdict => ({ result: "ok", message });
const warning = (message: string, advice: string): Verdict => ({ result: "warning", message, advice });

function versionVerdict({ version, standing, oldest }: ServerFacts): Verdict {
  const advice = `Upgrade the server to ${oldest} at least.`;
  if (standing === "unsupported") return failed(`${version} is too old: the journal cannot be kept there.`, advice);
  if (standing === "old") return warning(`${version} is older than what this is made for.`, advice);
  return ok(`The server is ${version}.`);
}

function writerVerdict({ writes }: ServerFacts): Verdict {
  if (writes === "yes") return ok("The server takes writes.");
  const advice = "Use the cluster's writer endpoint. While the cluster fails over, call again.";
  return failed(writes === "reader" ? "This endpoint is a reader." : "The server is read-only.", advice);
}

/** A signature of AWS is good for five minutes, and an IAM token is one. */
const CLOCK_MS = 60_000;

function clockVerdict({ clockAheadMs }: ServerFacts): Verdict {
  if (Math.abs(clockAheadMs) < CLOCK_MS) return ok("The server's clock and this one's agree.");
  const by = `${Math.round(Math.abs(clockAheadMs) / 1000)} s ${clockAheadMs > 0 ? "ahead of" : "behind"}`;
  return warning(
    `The server's clock is ${by} this function's.`,
    "Set the wrong one right: AWS refuses signatures and IAM tokens that are off by more than five minutes.",
  );
}

function privilegesVerdict(lacking: readonly LackingPrivilege[]): Verdict {
  if (lacking.length === 0) return ok("The user has the privileges that the journal takes.");
  const advice = "Grant them as docs/privileges.md shows.";
  const needed = lacking.filter(({ neededBy }) => neededBy === "migrate");
  if (needed.length > 0) return failed(`The user lacks ${listOf(needed)}.`, advice);
  const commands = [...new Set(lacking.map(({ neededBy }) => neededBy))].join(" and ");
  return warning(`The user lacks ${listOf(lacking)}, which ${commands} cannot do without.`, advice);
}

function listOf(lacking: readonly LackingPrivilege[]): string {
  return lacking.map(({ privilege, on }) => `${privilege} on ${on}`).join(", ");
}

function poolerVerdict(signs: readonly PoolerSign[]): Verdict {
  const advice = "Connect to the database itself: the cluster's writer endpoint, not that of a proxy or a pooler.";
  if (signs.includes("shared") || signs.includes("lock")) {
    return failed("A pooler in between shares the server's sessions: a lock would not keep anybody out.", advice);
  }
  if (signs.length === 0) return ok("Nothing is in between: the session is the server's own.");
  return warning("A proxy or pooler is in between. It kept the session together now, and may not always.", advice);
}

/** https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy-connecting.html */
const RDS_PROXY = /\.proxy-[a-z0-9]+\.[a-z0-9-]+\.rds\.amazonaws\.com(?:\.cn)?\.?$/i;
/** The longest to wait for what a name stands for, in milliseconds. */
const ALIAS_MS = 500;

/** By its own name, or by the one that it stands for. */
async function isRdsProxy(host: string, until: Until): Promise<boolean> {
  if (RDS_PROXY.test(host)) return true;
  const end = Math.min(until, performance.now() + ALIAS_MS);
  const aliases = await within(end, () => resolveCname(host).catch(() => []));
  return (aliases ?? []).some((alias) => RDS_PROXY.test(alias));
}
