// Types that the package's own types show: nothing here may ask for Node's.
import type { DialectName } from "../migration";

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** A server of databases. */
export interface Target extends Endpoint {
  readonly dialect: DialectName;
  /** As a Login has it: absent where no TLS is used. */
  readonly tls?: { readonly ca: readonly string[] };
}

/** What a run has to reach, as far as it is known. */
export interface Places {
  readonly database?: Target;
  readonly secretsManager?: Endpoint;
  readonly s3?: Endpoint;
}
