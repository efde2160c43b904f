import { add, load, notify, waitAsync, type Words } from "../memory/cells.ts";
import { checkWait, type Wait } from "../sync/wait.ts";

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
  checkWait("wait", options);
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

/** Beyond it a timer would go off at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Makes those who wait look again. */
export function announce(words: Words, bell: number, count?: number): void {
  // First the word, so that one who is about to sleep does not.
  add(words, bell, 1);
  notify(words, bell, count);
}
