import type { CellFactory, CellSpec } from "../actor/cell.ts";
import { registerError } from "../error_wire.ts";
import type { SupervisedCell } from "./child.ts";
import type { CheckedBody, SupervisorOptions } from "./child_spec.ts";
import type { CheckedRule } from "./failure_rule.ts";
import { type NestedCrew, SupervisorCell } from "./supervisor_cell.ts";

/** What cells are made with. */
export interface CellMakers {
  /** Opens the cell of an actor. */
  readonly factory: CellFactory;
  /** Makes a supervisor that is not started, and answers what others hold of it. */
  nest(options: SupervisorOptions): { ref: unknown; crew: NestedCrew };
}

/**
 * Opens the cell of one child, actor or supervisor.
 *
 * @param child `rules`: the child's, then its supervisor's; the actor is told of them if it may resume. `once`: it is never
 * started again.
 */
export function openCell(
  makers: CellMakers,
  child: {
    readonly id: string;
    readonly body: CheckedBody;
    readonly rules: readonly CheckedRule[];
    readonly once: boolean;
  },
): SupervisedCell {
  const { id, rules, once } = child;
  const { actor, args, options, supervisor } = child.body;
  if (supervisor !== undefined) {
    const { ref, crew } = makers.nest(supervisor);
    return new SupervisorCell(id, ref, crew);
  }
  // What a rule waits for has to be recognized when it comes from another thread.
  for (const { error } of rules) if (error !== undefined) registerError(error);
  const onFailure = rules.map(({ error, then }) =>
    error === undefined ? { then } : { error: error.name, then }
  );
  const spec: CellSpec = {
    id,
    actor,
    args,
    ...(once ? { once } : {}),
    ...(options === undefined ? {} : { options }),
    ...(rules.some((rule) => rule.then === "resume") ? { onFailure } : {}),
  };
  return makers.factory.open(spec);
}
