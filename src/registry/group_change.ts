import type { ActorRef } from "../actor/ref.ts";

/**
 * A change of a group, as `Registry.changes()` tells it.
 *
 * @typeParam C The instance of the actors' class.
 */
export interface GroupChange<C = unknown> {
  /** Whether the actor joined, left by `leave()`, or ended. */
  readonly type: "joined" | "left" | "ended";
  /** The actor. */
  readonly ref: ActorRef<C>;
}
