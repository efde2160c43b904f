/**
 * Supervision in the default system.
 *
 * @module
 */
import {
  releaseDefaultSpawner,
  retainDefaultSpawner,
} from "../actor/default_system.ts";
import type { Spawner } from "../actor/offspring.ts";
import { checkSpawner } from "./check_collaborators.ts";
import type { SupervisorOptions } from "./child_spec.ts";
import type { FittingOptions } from "./fitting_options.ts";
import { superviseWith } from "./supervise_with.ts";
import { goneOf, type Supervisor } from "./supervisor.ts";

/**
 * Starts children in order and watches over them; resolves when all are up.
 *
 * @typeParam Options The type of the options: children with arguments that their actors do not take are refused when the
 * program is compiled.
 * @param options The children, the strategy, the budget and the backoff.
 * @param system Where they live: a system, or the `Context` of the actor that they are to end with. Default: the default
 * system; inside an actor that actor, until its first `await` if it shares its thread.
 * @throws {InvalidOptionError} If an option or a child's spec is malformed, or `system` is none; nothing was started.
 *
 * @example
 * ```ts ignore
 * await using tree = await supervise({
 *   children: [{ id: "flaky", actor: Flaky, args: [0.5] }],
 * });
 * console.log(await tree.ref("flaky", Flaky).ask.work());
 * ```
 */
export async function supervise<const Options extends SupervisorOptions>(
  options: Options & FittingOptions<Options>,
  system?: Spawner,
): Promise<Supervisor> {
  if (system !== undefined) {
    checkSpawner(system);
    return await superviseWith(system, options);
  }
  try {
    const supervisor = await superviseWith(retainDefaultSpawner(), options);
    void goneOf(supervisor).then(releaseDefaultSpawner);
    return supervisor;
  } catch (error) {
    releaseDefaultSpawner();
    throw error;
  }
}
