import type { Template } from "./template";

/** What is used of the framework: https://www.serverless.com/framework/docs/guides/plugins/creating-plugins */
export interface Framework {
  readonly service: {
    readonly service: string;
    readonly custom?: Readonly<Record<string, unknown>>;
    readonly functions?: Readonly<Record<string, { readonly name?: string }>>;
    readonly provider: { readonly compiledCloudFormationTemplate?: Template; readonly profile?: string };
  };
  readonly serviceDir: string;
  readonly classes: { readonly Error: new (message: string, code: string) => Error };
  getProvider(name: "aws"): { getRegion(): string; getStage(): string };
}

/** What was said on the command line. */
export type Options = Readonly<Record<string, string | boolean | undefined>>;

export interface Writers {
  readonly log: { notice(text: string): void; warning(text: string): void };
  writeText(text: string): void;
}

export interface Calling {
  readonly serverless: Framework;
  readonly options: Options;
  readonly writers: Writers;
}
