/** An actor beside the supervisor, which does for others what only the thread of the supervisor can. */
import type { ChildSpec, Supervisor } from "../../mod.ts";
import { actor, type ActorClass, type ActorRef } from "../../src/actor/mod.ts";

/** What a steward starts where, when it is greeted. */
export const errand: { tree?: Supervisor; spec?: ChildSpec } = {};

class StewardActor {
  /** Starts another child of the supervisor; answers when that is up. */
  async greet(_from: ActorRef<unknown>): Promise<void> {
    const { tree, spec } = errand;
    if (spec?.actor !== undefined) await tree!.startChild(spec);
  }
}

/** Does errands in the place where it was started from. */
export const Steward: ActorClass<[], StewardActor> = actor(
  import.meta,
  "Steward",
  StewardActor,
);
