/**
 * Why an actor has no answer to a message that it took.
 *
 * @module
 */
import {
  ActorCrashedError,
  ActorStoppedError,
  MailboxFullError,
} from "../../errors.ts";
import { messageOf } from "../../thrown.ts";

/** Its handler threw `cause`. */
export function failedBy(
  actor: string,
  incarnation: number,
  cause: unknown,
): ActorCrashedError {
  return new ActorCrashedError(
    `"${actor}" failed: ${messageOf(cause)}`,
    { actor, incarnation, cause },
  );
}

/** A newer message took its place in the mailbox of `actor`. */
export function droppedBy(actor: string, capacity: number): MailboxFullError {
  return new MailboxFullError(
    `Cannot ask "${actor}" as its mailbox was full and a newer message took the place of this one: it was not handled, send less or raise its mailbox.capacity`,
    { actor, capacity, unsent: undefined },
  );
}

/** What was moved along with it is gone. */
export function incompleteFor(actor: string): ActorStoppedError {
  return new ActorStoppedError(
    `Cannot have "${actor}" handle a message as what was moved along with it went to an incarnation that has ended: the call did not begin, send it again with others`,
    { actor, safeToRetry: true },
  );
}
