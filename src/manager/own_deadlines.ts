/**
 * Actors that keep the deadlines of what they are asked themselves: they alone know what has become of it by then.
 *
 * @module
 */
import { currentBorder } from "../actor/border.ts";
import { type ActorRef, coreIn } from "../actor/ref.ts";

/** By what this thread knows of them. */
const KEEPERS: WeakSet<object> = new WeakSet();

/** From now on the proxies that this thread makes of `ref` leave the deadlines to it. */
export function keepsDeadlines(ref: ActorRef<unknown>): void {
  // Of an actor of another program nobody here knows when it answers, whatever is said of it.
  if (currentBorder() === undefined) KEEPERS.add(coreIn(ref)!);
}

/** Whether the deadlines are left to `ref`. */
export function hasOwnDeadlines(ref: ActorRef<unknown>): boolean {
  const core = coreIn(ref);
  return core !== undefined && KEEPERS.has(core);
}
