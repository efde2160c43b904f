import { add, load, notify, waitAsync, type Words } from "../memory/cells.ts";
import { ownLife } from "../sync/lives.ts";
import { mayBlock, throwFenced } from "../sync/obtain.ts";
import { park } from "../sync/parker.ts";
import {
  checkAwaited,
  checkBlocking,
  type SyncWait,
  type Wait,
} from "../sync/wait.ts";

/**
 * Waits until something has changed that others announce by {@linkcode announce} on a word.
 *
 * - **No announcement is lost:** one that comes after `hasChanged` looked ends the wait for the next look.
 * - **Awaited:** the program goes on as long as the wait does.
 * - **No trace:** a wait that ended, whichever way, takes nobody's wake-up.
 *
 * @returns False if `timeout` passed first.
 */
export async function awaitChange(
  words: Words,
  bell: number,
  hasChanged: () => boolean,
  options: Wait = {},
): Promise<boolean> {
  checkAwaited("wait", options);
  const { timeout = Infinity, signal } = options;
  signal?.throwIfAborted();
  const until = performance.now() + timeout;
  // Wakes all: those who still wait look, and sleep again. A wait of the system cannot be taken back by itself.
  const onAbort = () => notify(words, bell);
  signal?.addEventListener("abort", onAbort);
  // A wait of the system does not keep the event loop alive: neither a deadline nor a wake-up would come.
  const timer = setInterval(() => {}, MAX_TIMER_MS);
  try {
    for (;;) {
      const seen = load(words, bell);
      if (hasChanged()) return true;
      signal?.throwIfAborted();
      const left = until - performance.now();
      if (left <= 0) return false;
      const outcome = waitAsync(words, bell, seen, left);
      if (outcome.async) await outcome.value;
    }
  } finally {
    clearInterval(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}

/**
 * As {@linkcode awaitChange}, blocking the thread: in slices, between which it looks whether it was given up.
 *
 * @param what What cannot be done otherwise, for messages.
 * @returns False if `timeout` passed first.
 * @throws {MainThreadWaitError} If this is the main thread and `onMain` is not set.
 * @throws {FencedError} If this thread was given up.
 * @throws {InvalidOptionError} If an option is out of bounds.
 */
export function awaitChangeSync(
  words: Words,
  bell: number,
  hasChanged: () => boolean,
  what: string,
  options: SyncWait,
): boolean {
  checkBlocking(what, options);
  mayBlock(what, options);
  const { timeout = Infinity } = options;
  const until = timeout === Infinity ? Infinity : performance.now() + timeout;
  for (;;) {
    const { deaths } = ownLife().lives;
    const value = load(words, bell);
    if (hasChanged()) return true;
    const left = until === Infinity ? Infinity : until - performance.now();
    if (left <= 0) return false;
    const cell = { words, index: bell, value };
    // Nothing here belongs to a thread, so nothing changes with the death of one.
    if (park(cell, left, deaths, () => {}) === "fenced") throwFenced(what);
  }
}

/** Beyond it a timer would go off at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Makes those who wait look again. */
export function announce(words: Words, bell: number, count?: number): void {
  // First the word, so that one who is about to sleep does not.
  add(words, bell, 1);
  notify(words, bell, count);
}
