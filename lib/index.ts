export { assembleBundle } from "./assemble";
export { doctor } from "./assemble-doctor";
export type {
  AcceptCommand,
  Action,
  AdoptCommand,
  BaselineCommand,
  Call,
  CancelCommand,
  Command,
  DoctorCommand,
  MigrateCommand,
  OneDatabase,
  PlanCommand,
  RollbackCommand,
  Selection,
  SettleCommand,
  SomeDatabases,
  StatusCommand,
  ToolName,
} from "./command";
export { parseCommand } from "./command";
export { type ErrorCode, type ErrorDetails, MigratorError } from "./errors";
export type { CheckName, Finding } from "./finding";
export type { Log } from "./log";
export type {
  BatchOptions,
  BatchRange,
  BatchResult,
  CodeParams,
  Context,
  DialectName,
  Direction,
  Migration,
  Phase,
  Script,
  Statement,
} from "./migration";
export type { Preview, PreviewStatement, PreviewStep, Settling } from "./preview";
export type {
  AdoptedMigration,
  Adoption,
  AppliedMigration,
  DoneStep,
  Failure,
  InProgress,
  Outcome,
  Problem,
  ProblemCode,
  Report,
  Summary,
  Unreached,
} from "./report";
export { httpTrigger } from "./trigger/http";
export { invokeTrigger } from "./trigger/invoke";
export { s3Trigger } from "./trigger/s3";
export {
  createHandler,
  type Invocation,
  type LambdaContext,
  type LambdaHandler,
  type Trigger,
  type Uploads,
} from "./trigger/trigger";
export { assembleUploads, type UploadedBundle } from "./uploads";
