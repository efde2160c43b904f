import {
  type ChildSettings,
  supervise,
  type Supervisor,
  type SupervisorSettings,
} from "../../src/supervisor/mod.ts";
import type { Case } from "./placements.ts";
import { type Plan, Probe } from "./probe.ts";

/** A supervisor of probes in the placement under test, by id; without backoff unless asked for. */
export function treeOf(
  t: Case,
  children: Record<string, Plan & { as?: Partial<ChildSettings> }>,
  settings: SupervisorSettings = {},
): Promise<Supervisor> {
  return supervise({
    backoff: false,
    ...settings,
    children: Object.entries(children).map(([id, { as = {}, ...plan }]) =>
      t.child({ id, actor: Probe, args: [plan], ...as })
    ),
  }, t.system);
}
