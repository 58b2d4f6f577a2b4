import { type Action, type Command, parseCommand, runIdOf } from "../command";
import { MigratorError } from "../errors";
import { failed, unanswered } from "./invocation-error";
import { runLogged, type Trigger } from "./trigger";

/**
 * A direct call: `sls invoke`, `aws lambda invoke`, an SDK. The payload is the Command; its `action` is one of the function's,
 * the first where it names none. The caller waits as long as the function may run; a failed or refused run is a failed
 * invocation. `running` and `incomplete` are answers: calling again goes on.
 */
export function invokeTrigger(...actions: readonly [Action, ...Action[]]): Trigger {
  return {
    recognises: () => true,
    handle: async ({ event, context, assemble }) => {
      try {
        const command = commandOf(event, actions);
        const patienceMs = context.getRemainingTimeInMillis();
        const result = await runLogged(assemble(runIdOf(command, context.awsRequestId)), command, {
          requestId: context.awsRequestId,
          patienceMs,
          whenRunning: "wait",
        });
        const { outcome } = result;
        if (outcome === "failed" || outcome === "refused") throw failed(result, outcome);
        return result;
      } catch (error) {
        if (!(error instanceof MigratorError)) throw error;
        throw unanswered(error);
      }
    },
  };
}

function commandOf(event: unknown, actions: readonly [Action, ...Action[]]): Command {
  const payload = event === null || event === undefined || event === "" ? {} : event;
  if (typeof payload !== "object" || !("action" in payload)) return parseCommand(actions[0], payload);
  const { action, ...asked } = payload;
  const known = actions.find((one) => one === action);
  if (known) return parseCommand(known, asked);
  throw new MigratorError("INVALID_COMMAND", `\`action\` must be ${actions.join(" or ")}.`, {
    advice: "Other actions have functions of their own.",
  });
}
