import type { CommandName } from "./commands";

/** Where a Command is carried out. */
export type Target =
  | { readonly at: "function"; readonly name: string; readonly region?: string }
  /** In this process. Without a URL: with the database that the environment names. */
  | { readonly at: "here"; readonly url?: string; readonly dir?: string; readonly format?: string };

/** How its outcome is shown. */
export interface Show {
  readonly json?: boolean;
  readonly verbose?: boolean;
  readonly detailedExitCode?: boolean;
}

export interface AskedCommand {
  readonly kind: "command";
  readonly name: CommandName;
  /** The Command's keys, not checked yet. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly watch?: boolean;
  readonly target: Target;
  readonly show: Show;
}

export interface AskedLogs {
  readonly kind: "logs";
  readonly runId: string;
  readonly target: Extract<Target, { readonly at: "function" }>;
  readonly show: Show;
}

export interface AskedNew {
  readonly kind: "new";
  readonly name: string;
  readonly files: "one" | "code" | "pair";
  readonly dir?: string;
}

/** What the command line asks for. */
export type Asked = AskedCommand | AskedLogs | AskedNew;
