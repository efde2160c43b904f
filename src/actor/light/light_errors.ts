/**
 * How light actors end that do not come up, and what who asks one is told when its call is not handled.
 *
 * @module
 */
import {
  ActorStoppedError,
  InitTimeoutError,
  MailboxFullError,
} from "../../errors.ts";
import { errorFromWire, errorToWire } from "../../error_wire.ts";
import type { ExitReport } from "../../exit_report.ts";
import { failedReport } from "../thread/thread_cell.ts";

/** The end of an actor that did not come up, by `error` or as somebody stopped it. */
export function endOfStart(error: unknown): ExitReport {
  if (error === undefined) return { kind: "stopped", code: 0 };
  return error instanceof InitTimeoutError
    ? { kind: "hung", code: 1, error }
    : failedReport(error);
}

/** The end of an actor whose `onStop` threw when it was stopped. */
export function endOfStop(actor: string, thrown: unknown): ExitReport {
  const error = errorFromWire(errorToWire(thrown, `${actor}.onStop`));
  return { kind: "failed", code: 1, error };
}

/** Why an actor that has stopped cannot be asked; by `cause`, if it failed. */
export function stoppedError(
  actor: string,
  cause: Error | undefined,
): ActorStoppedError {
  return new ActorStoppedError(
    `Cannot ask "${actor}" as it has stopped: the call did not begin, it is safe to ask a successor`,
    { actor, safeToRetry: true, cause },
  );
}

/** Why a call is not handled that waited at an end, and is not kept for the next incarnation. */
export function emptiedError(
  actor: string,
  cause: Error | undefined,
): ActorStoppedError {
  return new ActorStoppedError(
    `Cannot ask "${actor}" as its mailbox was emptied when it ended: the call did not begin, it is safe to ask again`,
    { actor, safeToRetry: true, cause },
  );
}

/** Why a call is not handled whose place a newer message took. */
export function droppedError(
  actor: string,
  capacity: number,
): MailboxFullError {
  return new MailboxFullError(
    `Cannot ask "${actor}" as its mailbox was full and a newer message took the place of this one: it was not handled, send less or raise its mailbox.capacity`,
    { actor, capacity, unsent: undefined },
  );
}
