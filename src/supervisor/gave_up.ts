import { SupervisorGaveUpError } from "../errors.ts";
import type { ExitReport } from "../exit_report.ts";
import type { RestartBudget } from "./intensity.ts";

/** Who gave up on whom. */
export interface GiveUp {
  /** Name of the supervisor. */
  readonly supervisor: string;
  /** Id of the child that failed last. */
  readonly child: string;
  /** How the failures inside the window went, oldest first, the last one too many; never empty. */
  readonly chain: readonly ExitReport[];
  /** What was used up; not set when one failure was enough, by a rule that says `"escalate"`. */
  readonly budget?: RestartBudget;
}

/**
 * Makes the error of a give-up: names supervisor, child, count, window and the last end.
 *
 * Where a child was a supervisor that gave up itself, the `error` of its report is again such an error: from the top
 * the chain leads down to what failed first.
 */
export function gaveUp(
  { supervisor, child, chain, budget }: GiveUp,
): SupervisorGaveUpError {
  const { kind, error } = chain.at(-1) as ExitReport;
  const last = error === undefined ? kind : `${kind} (${error.message})`;
  const why = budget === undefined
    ? "its failure is one that escalates"
    : `it would be restart ${chain.length} within ${budget.withinMs} ms, at most ${budget.maxRestarts} allowed`;
  return new SupervisorGaveUpError(
    `Cannot restart child "${child}" of supervisor "${supervisor}": ${why}; last end: ${last}`,
    { supervisor, child, chain: [...chain], cause: error },
  );
}
