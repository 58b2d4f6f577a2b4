import type { RunStart, Step, Upcoming } from "./database";
import type { Course } from "./message";
import { createPace } from "./relay-pace";
import { type Onward, type StepSent, sendTeam } from "./relay-send";
import { type Team, type TeamSetup, teamBehind, teamOf } from "./relay-team";
import type { SessionSetup } from "./session";

/** Sends steps from their beginning: several in one message, and one message right behind another, where that may be. */
export interface Sender {
  /** Of a step that is sent already, waits for what becomes of it; without time left, one that was not begun stays so. */
  send(step: Step, run: RunStart, upcoming: Upcoming): Promise<StepSent>;
  isSent(step: Step): boolean;
}

/** What comes behind a message, as whoever asked for its first step has said, or for that of a message before it. */
interface Ahead {
  readonly run: RunStart;
  readonly upcoming: Upcoming;
  /** How many of those have been sent. */
  readonly skip: number;
}

/** @param courseOf what is to be sent of a step's script */
export function createSender(session: SessionSetup, courseOf: (step: Step) => Course): Sender {
  const setup: TeamSetup = { ...session, courseOf };
  const sent = new Map<Step, Promise<StepSent>>();
  const pace = createPace();
  const dispatch = (team: Team, ahead: Ahead) => {
    const { legs } = team;
    const started = performance.now();
    const next = prepare(pace.foreseen(), (count) => behind(setup, team, { ...ahead, count }));
    const onward: Onward = async (recorded) => {
      if (!recorded) {
        pace.refused();
        return false;
      }
      pace.answered(legs.length, performance.now() - started);
      const following = await next(pace.together());
      if (!following || setup.deadline.remainingMs() === 0) return false;
      dispatch(following, { ...ahead, skip: ahead.skip + following.legs.length });
      return true;
    };
    for (const [index, outcome] of sendTeam(setup, team, onward).entries()) {
      // Whoever asks for the step asks later, and hears then that it was rejected.
      outcome.catch(() => undefined);
      const leg = legs[index];
      if (leg) sent.set(leg.step, outcome);
    }
  };
  const outcomeOf = async (step: Step) => {
    const outcome = await sent.get(step);
    sent.delete(step);
    return outcome;
  };
  return {
    isSent: (step) => sent.has(step),
    send: async (step, run, upcoming) => {
      const before = await outcomeOf(step);
      if (before && (before.end !== "unbegun" || setup.deadline.remainingMs() === 0)) return before;
      sent.clear();
      const team = teamOf(setup, { steps: [step, ...upcoming(pace.together() - 1, 0)], run });
      dispatch(team, { run, upcoming, skip: team.legs.length - 1 });
      return (await outcomeOf(step)) ?? { end: "unbegun" };
    },
  };
}

/** The drivers write what they are given within the turn of the event loop. */
const whenSent = () => new Promise<void>((resolve) => setImmediate(resolve));

/**
 * Makes the next message while the server works on this one.
 * @returns it, or one of fewer steps where no more are wanted by then
 */
function prepare(foreseen: number, make: (count: number) => Team | undefined) {
  // What stands in its way is met again by whoever asks for its first step.
  const attempt = (start: Promise<void>, count: number) => start.then(() => make(count)).catch(() => undefined);
  const made = attempt(whenSent(), foreseen);
  return (wanted: number) => (wanted < foreseen ? attempt(Promise.resolve(), wanted) : made);
}

function behind(setup: TeamSetup, { legs }: Team, { run, upcoming, skip, count }: Ahead & { readonly count: number }) {
  const after = legs.at(-1);
  return after && teamBehind(setup, { steps: upcoming(count, skip), run, after });
}
