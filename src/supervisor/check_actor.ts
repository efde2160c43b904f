import { checkHandle } from "../actor/check_plan.ts";
import { checkSpawnOptions } from "../actor/spawn_options.ts";
import { refuse } from "./check_value.ts";
import type { ActorChild } from "./child_spec.ts";

/**
 * Checks what a child that is an actor runs, as its cell will when it is opened: that may be much later.
 *
 * @param spec The child.
 * @param where What cannot be done otherwise, with the child's id.
 * @throws {InvalidOptionError} If there is no such actor, or it cannot be started or restarted that way.
 */
export function checkActor(spec: ActorChild, where: string): void {
  const { actor, args, options } = spec;
  checkHandle("actor", actor, where);
  if (args !== undefined && !Array.isArray(args)) {
    throw refuse("args", args, {
      where,
      must: "pass an array of constructor arguments",
    });
  }
  if (options === undefined) return;
  const { transfer } = checkSpawnOptions(spec.id, options);
  if (transfer.length === 0 || spec.restart === "temporary") return;
  throw refuse("options.transfer", transfer, {
    where,
    must:
      'leave it out, or make the child "temporary": what was moved is not there for a restart',
  });
}
