import type { ActorRef } from "../actor/ref.ts";
import { ActorStoppedError } from "../errors.ts";
import { checkAwaited, type Wait } from "../sync/wait.ts";
import { WaitTimeoutError } from "../sync/wait_timeout_error.ts";
import type { Vault } from "./vault.ts";

/**
 * Whether an error says that the Manager was stopped, as somebody wanted: who reads on and on is done then. One that failed for
 * good has a cause.
 */
export function isWantedEnd(error: unknown): boolean {
  return error instanceof ActorStoppedError && error.cause === undefined;
}

/** A wait in a line of the Manager. */
export interface Awaiting<T> {
  /** What is waited for, such as `take from "jobs"`. */
  readonly what: string;
  /** Asks for it; the answer is `undefined` when it was not to be had in time, or the wait was left. */
  readonly ask: (
    vault: ActorRef<Vault>,
    ticket: string,
    timeoutMs: number,
  ) => Promise<T | undefined>;
  /** Leaves the line, or gives back what was given and never arrived. */
  readonly leave: (vault: ActorRef<Vault>, ticket: string) => Promise<unknown>;
}

/**
 * Waits until the Manager gives something. What it gave is never lost: a signal that comes too late changes nothing.
 *
 * @throws {WaitTimeoutError} If the timeout passed.
 * @throws {ActorStoppedError} If the Manager stopped.
 * @throws The signal's reason.
 */
export async function awaited<T>(
  vault: ActorRef<Vault>,
  { what, ask, leave }: Awaiting<T>,
  options: Wait,
): Promise<T> {
  checkAwaited(what, options);
  const { timeout = Infinity, signal } = options;
  signal?.throwIfAborted();
  const patient = vault.with({ timeout: Infinity });
  const ticket = crypto.randomUUID();
  const until = performance.now() + timeout;
  // Of a Manager that has ended there is no line to leave.
  const giveUp = (): void => void leave(patient, ticket).catch(() => {});
  signal?.addEventListener("abort", giveUp, { once: true });
  try {
    const given = await ask(patient, ticket, timeout);
    if (given !== undefined) return given;
  } catch (error) {
    // It may have been given by one that ended before it could say so.
    giveUp();
    throw error;
  } finally {
    signal?.removeEventListener("abort", giveUp);
  }
  signal?.throwIfAborted();
  // The clocks of two threads need not agree to the millisecond.
  if (performance.now() + 5 >= until) {
    throw new WaitTimeoutError(
      `Cannot ${what} as it took too long: current timeout is ${timeout} ms`,
      { timeoutMs: timeout },
    );
  }
  throw new ActorStoppedError(
    `Cannot ${what} as "${vault.name}" is stopping: start another Manager`,
    { actor: vault.name, safeToRetry: true },
  );
}
