import { isBefore } from "../memory/tie_clock.ts";
import type { Address } from "./mail/protocol.ts";

/** How many are kept: a link is overtaken by what happens in about the same millisecond. */
const KEPT = 1_024;

/**
 * Unlinks that came before the word of the link they end, or may have: the words of two threads come in any order. The latest
 * ones are kept.
 */
export class EarlyUnlinks {
  readonly #times: Map<string, number> = new Map();

  /** The two were unlinked at the time `at`. */
  note(one: Address, other: Address, at: number): void {
    const key = keyOf(one, other);
    this.#times.delete(key);
    this.#times.set(key, at);
    if (this.#times.size <= KEPT) return;
    for (const oldest of this.#times.keys()) {
      this.#times.delete(oldest);
      return;
    }
  }

  /** Whether a link of the two that was made at the time `at` was overtaken by its end. */
  overtook(one: Address, other: Address, at: number): boolean {
    const time = this.#times.get(keyOf(one, other));
    return time !== undefined && isBefore(at, time);
  }
}

/** A key of two, whichever comes first. */
function keyOf(one: Address, other: Address): string {
  return [one, other]
    .map(({ endpoint, life, local = 0 }) => `${endpoint}.${life}.${local}`)
    .sort()
    .join(" ");
}
