/**
 * Messages that an actor puts aside, to handle them later.
 *
 * @module
 */
import { TroupeError } from "../errors.ts";

/**
 * The part of an actor's `Context` that puts messages aside.
 *
 * - **In order:** what was put aside is handled again in the order in which it came, before any message that came later.
 * - **Urgent still:** an urgent message that is put aside stays urgent: it comes before those that are not, and before
 *   urgent ones that came later.
 * - **Not begun:** an ask that is put aside waits for its answer as if it had not been begun; its deadline runs on.
 * - **Bounded:** by `SpawnOptions.mailbox.stash`, and to 1 MiB of small messages. One that is put aside takes no room in
 *   the mailbox.
 * - **Kept over a restart:** the next incarnation handles what was put aside first. With `mailbox.onRestart: "drop"` it
 *   is dropped like all that waits.
 * - **Accounted for:** what is still put aside when the actor ends for good is a dead letter, and an ask rejects with
 *   `ActorStoppedError`, safe to retry.
 * - **One at a time:** not for actors with a `concurrency` above 1.
 *
 * @example Serve nobody before the doors are open
 * ```ts
 * import { actor, type Context, spawn } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * class DoorActor {
 *   #context!: Context;
 *   #open = false;
 *   #served = 0;
 *   onStart(context: Context): void {
 *     this.#context = context;
 *   }
 *   open(): void {
 *     this.#open = true;
 *     this.#context.unstash();
 *   }
 *   serve(): number {
 *     if (!this.#open) return this.#context.stash();
 *     return ++this.#served;
 *   }
 * }
 * export const Door = actor(import.meta, "Door", DoorActor);
 *
 * // Threads import this module too: only the main one starts the actor.
 * if (import.meta.main) {
 *   await using door = await spawn(Door, []);
 *   const guests = [door.ask.serve(), door.ask.serve()];
 *   door.tell.open();
 *   assertEquals(await Promise.all(guests), [1, 2]);
 * }
 * ```
 */
export interface Stashing {
  /** How many messages are put aside. */
  readonly stashed: number;
  /**
   * Puts the message that is handled aside. It ends the handler, by an error that only the runtime heeds: what the
   * handler returns or throws after it has no effect.
   *
   * @returns Never.
   * @throws {StashFullError} If there is no room for it; unless the handler catches it, the actor fails.
   * @throws {TroupeError} If no message is handled, as in a hook or a timer, or the actor's `concurrency` is above 1.
   */
  stash(): never;
  /**
   * Has all messages that are put aside handled again, when the handler that runs has ended. One that is put aside once
   * more waits for the next call.
   *
   * @returns How many there are.
   */
  unstash(): number;
}

/** What ends the handler of a message that was put aside. */
export const PUT_ASIDE: Error = new TroupeError(
  "Cannot go on with a message as it was put aside: let this error leave the handler",
);

/** Why nothing can be put aside now, if nothing can. */
export function stashRefusal(
  actor: string,
  concurrency: number,
  handles: boolean,
): TroupeError | undefined {
  const why = concurrency > 1
    ? `it handles several at once: current concurrency is ${concurrency}`
    : handles
    ? undefined
    : "none is handled: a hook or a timer runs";
  return why === undefined
    ? undefined
    : new TroupeError(`Cannot put a message of "${actor}" aside as ${why}`);
}
