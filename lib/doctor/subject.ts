import type { Verdict } from "./check";
import type { Addresses, NetworkFault } from "./network";

/** What is reached over the network, and what a person can do where it is not. No text names a host. */
export interface Subject {
  readonly port: number;
  /** "the database", for the middle of a sentence. */
  readonly name: string;
  /** `leads`: where its name leads, once that is known. */
  explain(fault: NetworkFault, leads?: Addresses["kind"]): Verdict;
}

const NO_RESOLVER = "Enable DNS support in the function's VPC, or correct the DNS servers that its DHCP options name.";

export function databaseSubject(port: number): Subject {
  const admit = `Let the database's security group admit this function's security group on port ${port}`;
  const tcp = `TCP to the database's port ${port}`;
  return {
    port,
    name: "the database",
    explain: ({ fault, code }, leads) => {
      switch (fault) {
        case "no-name":
          return failed(
            `The database's host name is unknown here (${code}).`,
            "Correct the host; if it is right, and in a private hosted zone, associate that with the function's VPC.",
          );
        case "no-resolver":
          return failed(`Nobody answers who resolves the database's host name (${code}).`, NO_RESOLVER);
        case "silent":
          return failed(
            `${tcp} gets no answer.`,
            leads === "public"
              ? `Its name leads to a public address, which a function in a VPC reaches through a NAT gateway only: have it lead to the private one. ${admit}.`
              : `${admit}; if it does, look at the routes and the network ACLs between their subnets.`,
          );
        case "refused":
          return failed(
            `The database's port ${port} refuses connections (${code}).`,
            "Correct the port; if it is right, the database is stopped, or still starting: look at its state.",
          );
        case "no-route":
          return failed(
            `There is no route to the database from this subnet (${code}).`,
            "Put the function into subnets of the database's VPC, or of one that has a route to it.",
          );
        case "other":
          return failed(`${tcp} fails (${code}).`, `${admit}, and look at the network ACLs between their subnets.`);
      }
    },
  };
}

interface Service {
  readonly name: string;
  readonly port: number;
  /** What a subnet without a NAT gateway needs to reach it. */
  readonly missing: string;
  /** The variable that may name another endpoint. */
  readonly variable: string;
}

export function secretsManagerSubject(port: number): Subject {
  return serviceSubject({
    name: "Secrets Manager",
    port,
    missing: "an interface endpoint for it, with private DNS names, to the VPC",
    variable: "AWS_ENDPOINT_URL_SECRETS_MANAGER",
  });
}

export function s3Subject(port: number): Subject {
  const missing = "a gateway endpoint for it to the subnet's route table";
  return serviceSubject({ name: "S3", port, missing, variable: "AWS_ENDPOINT_URL_S3" });
}

/** A service of AWS. Where its name leads to private addresses, there is an interface endpoint for it. */
function serviceSubject({ name, port, missing, variable }: Service): Subject {
  const noRoute = (how: string) =>
    failed(
      `There is no route to ${name} from this subnet: TCP to its port ${port} ${how}.`,
      `Add ${missing}, or a NAT gateway; the function's security group must let port ${port} out.`,
    );
  return {
    port,
    name,
    explain: ({ fault, code }, leads) => {
      switch (fault) {
        case "no-name":
          return failed(
            `The name of ${name} is unknown here (${code}).`,
            `Correct AWS_REGION or ${variable}; if they are right, enable DNS support in the function's VPC.`,
          );
        case "no-resolver":
          return failed(`Nobody answers who resolves the name of ${name} (${code}).`, NO_RESOLVER);
        case "silent":
          if (leads !== "private") return noRoute("gets no answer");
          return failed(
            `The VPC's interface endpoint for ${name} gives no answer at port ${port}.`,
            `Let the endpoint's security group admit this function's security group on port ${port}.`,
          );
        case "refused":
          return failed(
            `Where ${name} should be, port ${port} refuses connections (${code}).`,
            `Look at ${variable}, and at what its name leads to in this subnet.`,
          );
        default:
          return noRoute(`fails (${code})`);
      }
    },
  };
}

/** What a service that can be reached and says nothing leaves to say. */
export function unanswered(name: string): Verdict {
  return failed(
    `${name} takes the connection and gives no answer.`,
    "Call again; if it stays so, look at what stands in between, such as a proxy or the wrong endpoint.",
  );
}

export function failed(message: string, advice: string): Verdict {
  return { result: "failed", message, advice };
}
