/**
 * What an ask rejects with when it is not answered.
 *
 * @module
 */
import {
  ActorCrashedError,
  ActorStoppedError,
  AskTimeoutError,
  MailboxFullError,
  UnknownMethodError,
} from "../../errors.ts";
import type { Refused } from "../../channel/outlet.ts";
import type { Ask } from "./ask_book.ts";
import type { WireReport } from "./protocol.ts";

/**
 * An error with the name of the method that was asked for, if its text lacks that: who turns a call away unread need not know
 * it, and the asker alone knows the name of one that the actor does not have.
 */
export function named(error: Error, ask: Ask): Error {
  const { actor, method } = ask;
  if (error instanceof UnknownMethodError && error.method === "") {
    return new UnknownMethodError(
      error.message.replace("a method", `${method}()`),
      { actor, method },
    );
  }
  const unread = `Cannot ask "${actor}" as `;
  if (
    (error instanceof ActorStoppedError || error instanceof MailboxFullError) &&
    error.message.startsWith(unread)
  ) {
    const asked = `Cannot ask "${actor}" for ${method}() as `;
    const { message, stack } = error;
    error.message = message.replace(unread, () => asked);
    if (stack !== undefined) error.stack = stack.replace(unread, () => asked);
  }
  return error;
}

/** It found no room, or may not wait for it. */
export function full(ask: Ask, why: Refused = "full"): MailboxFullError {
  const how = why === "full"
    ? `stayed full for ${ask.timeoutMs} ms`
    : "is full";
  return new MailboxFullError(
    `Cannot ask "${ask.actor}" for ${ask.method}() as its mailbox ${how}: the message was not delivered, send less, raise the timeout or its mailbox.capacity`,
    {
      actor: ask.actor,
      capacity: ask.light?.capacity ?? ask.book.capacityOf(ask.to),
      unsent: ask.args,
    },
  );
}

/** How an ask stands that is not answered in time: `idle` if its actor does not run, and waits to be started again. */
export type Unanswered = "begun" | "waits" | "idle";

/** Its deadline has passed. */
export function timedOut(ask: Ask, state: Unanswered): AskTimeoutError {
  const { actor, method, timeoutMs } = ask;
  return new AskTimeoutError(
    `Cannot get an answer of "${actor}" to ${method}() within ${timeoutMs} ms: ${
      HINTS[state]
    }`,
    { actor, method, timeoutMs, begun: state === "begun" },
  );
}

const HINTS: Record<Unanswered, string> = {
  begun:
    "it has begun and may still run, raise the timeout with ref.with({ timeout })",
  waits:
    "it has not begun yet and may run later, raise the timeout with ref.with({ timeout })",
  idle:
    "the actor did not run, so it has not begun and may run later; one that was stopped by its supervisor is started by restartChild(), one that failed when its backoff is over",
};

/** It had begun when its actor ended. */
export function crashed(
  ask: Ask,
  report: WireReport,
  cause: Error | undefined,
): ActorCrashedError {
  return new ActorCrashedError(
    `"${ask.actor}" ended (${report.kind}) while it handled ${ask.method}(): the call may have run`,
    { actor: ask.actor, incarnation: ask.incarnation, cause },
  );
}

/** It waited, and was dropped with the mailbox. */
export function emptied(ask: Ask, cause: Error | undefined): ActorStoppedError {
  return new ActorStoppedError(
    `Cannot ask "${ask.actor}" for ${ask.method}() as its mailbox was emptied when it ended: the call did not begin, it is safe to ask again`,
    { actor: ask.actor, safeToRetry: true, cause },
  );
}

/** It had not begun when its actor ended for good. */
export function stopped(ask: Ask, cause: Error | undefined): ActorStoppedError {
  return new ActorStoppedError(
    `Cannot ask "${ask.actor}" for ${ask.method}() as it has stopped: the call did not begin, it is safe to ask a successor`,
    { actor: ask.actor, safeToRetry: true, cause },
  );
}
