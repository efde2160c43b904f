import { DEFAULT_TIMEOUT_MS } from "./mail/send.ts";
import {
  checkStopOptions,
  refuseReason,
  type StopOptions,
} from "./stop_options.ts";

/** How an actor ends that has nothing left to do. */
export interface OwnStop {
  /** Given to its hook. */
  readonly reason: unknown;
  /** Whether after all messages that wait. */
  readonly drain: boolean;
  /** Milliseconds until it is killed; 0 kills at once, Infinity never. */
  readonly deadlineMs: number;
  /** Nobody else wants it. */
  readonly asked: false;
  /** It wants it itself. */
  readonly own: true;
}

/**
 * How `actor`, which calls `Context.stop(reason, options)`, ends.
 *
 * @throws {InvalidOptionError} If an option is out of its bounds, or there is none of its name.
 * @throws {DataCloneError} If `reason` cannot be sent.
 */
export function ownStop(
  actor: string,
  reason: unknown,
  options: StopOptions = {},
): OwnStop {
  checkStopOptions(actor, reason, options);
  const refused = refuseReason(reason, actor);
  if (refused !== undefined) throw refused;
  const { drain = false, timeout = DEFAULT_TIMEOUT_MS } = options;
  return { reason, drain, deadlineMs: timeout, asked: false, own: true };
}
