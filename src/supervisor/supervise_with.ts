import type { CellFactory } from "../actor/cell.ts";
import type { SupervisorOptions } from "./child_spec.ts";
import { goneOf, Supervisor } from "./supervisor.ts";

/**
 * Makes a supervisor over the cells of `factory` and starts it; resolves when all children are up.
 *
 * @throws {InvalidOptionError} If any option or child spec is malformed; nothing was started.
 * @throws {ChildError} If a child does not come up; the started ones have been stopped in reverse order. `cause` is
 * what its start threw.
 */
export async function superviseWith(
  factory: CellFactory,
  options: SupervisorOptions,
): Promise<Supervisor> {
  const supervisor = new Supervisor(factory, options);
  const kill = () => supervisor.kill();
  factory.tie?.({ over: goneOf(supervisor), kill });
  await supervisor.start();
  return supervisor;
}
