/** Which function does what: each action has one. */
export interface FunctionNames {
  readonly migrate: string;
  readonly rollback: string;
  /** Only reads. */
  readonly status: string;
}

const ROLES = /-(?:migrate|rollback|status)$/;

/**
 * The names of a deployment's functions: `migration-lambda-dev` stands for `migration-lambda-dev-migrate`, `…-rollback` and
 * `…-status`, and so does any of these.
 */
export function functionNames(given: string): FunctionNames {
  const prefix = given.replace(ROLES, "");
  return { migrate: `${prefix}-migrate`, rollback: `${prefix}-rollback`, status: `${prefix}-status` };
}
