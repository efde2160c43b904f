import { store } from "../memory/cells.ts";
import { ownLife } from "../sync/lives.ts";
import { throwFenced } from "../sync/obtain.ts";
import { lookUntil, park } from "../sync/parker.ts";

/** What a blocked thread waits for at one end of a channel. */
export interface Blocked<R> {
  /** Whether it may have come; asked often. */
  look(): boolean;
  /** Takes it if it has come. */
  attempt(): R | undefined;
  /** Whether the other end has died. */
  alone(): boolean;
  /** What to throw when the time is over. */
  late(): Error;
}

/**
 * Blocks the thread until something has come; see `vigil.ts` for the word.
 *
 * @param timeout Milliseconds.
 * @param what What cannot be done when the thread is given up.
 */
export function blockOn<R>(
  words: Int32Array,
  index: number,
  timeout: number,
  what: string,
  { look, attempt, alone, late }: Blocked<R>,
): R {
  const { lives } = ownLife();
  const until = timeout === Infinity ? timeout : performance.now() + timeout;
  try {
    for (;;) {
      // What comes while it looks costs the other side no wake-up.
      let come = lookUntil(look) ? attempt() : undefined;
      if (come !== undefined) return come;
      const { deaths } = lives;
      store(words, index, 1);
      come = attempt();
      if (come !== undefined) return come;
      const cell = { words, index, value: 1 };
      const left = until === Infinity
        ? until
        : Math.max(0, until - performance.now());
      const outcome = park(cell, left, deaths, () => {
        if (alone()) store(words, index, 0);
      });
      if (outcome === "fenced") throwFenced(what);
      if (outcome === "timed-out") throw late();
    }
  } finally {
    store(words, index, 0);
  }
}
