/** How long a crashed child waits before it is started again: `minMs` doubling up to `maxMs`. */
export interface BackoffOptions {
  /** The first delay in milliseconds. Defaults to 50. */
  minMs?: number;
  /** The longest delay in milliseconds, before the random part is added. Defaults to 30,000. */
  maxMs?: number;
  /** Adds between 0 and this fraction of the delay, so that siblings do not come back in step. Defaults to 0.2. */
  randomFactor?: number;
  /** A child that ran this long without a crash begins at `minMs` again. Defaults to `(minMs + maxMs) / 2`. */
  resetAfterMs?: number;
}

/** {@linkcode BackoffOptions} with every default filled in. */
export type Backoff = Readonly<Required<BackoffOptions>>;

/** Fills in the defaults; a `maxMs` that is not given is never below `minMs`. */
export function fillBackoff(options: BackoffOptions = {}): Backoff {
  const minMs = options.minMs ?? 50;
  const maxMs = options.maxMs ?? Math.max(30_000, minMs);
  return {
    minMs,
    maxMs,
    randomFactor: options.randomFactor ?? 0.2,
    resetAfterMs: options.resetAfterMs ?? (minMs + maxMs) / 2,
  };
}

/**
 * The delay before the restart that follows `failures` earlier ones in a row: `minMs * 2 ** failures`, at most `maxMs`,
 * plus between 0 and `randomFactor` of that.
 *
 * @param failures Failures in a row before this one: 0 for the first.
 * @param backoff The filled options.
 * @param random A number in `0 .. 1`; the random part is proportional to it.
 * @returns Milliseconds, not rounded.
 */
export function backoffDelay(
  failures: number,
  backoff: Backoff,
  random: number = Math.random(),
): number {
  // 2 ** 1024 is Infinity, and 0 * Infinity is NaN: the exponent is capped well below.
  const doubled = backoff.minMs * 2 ** Math.min(failures, 64);
  const delay = Math.min(doubled, backoff.maxMs);
  return delay + delay * backoff.randomFactor * random;
}

/**
 * Failures in a row to count after an incarnation that was up for `upMs`: 0 when it lasted `resetAfterMs`, otherwise
 * as many as before. One that never came up has `upMs` 0.
 */
export function failuresAfter(
  failures: number,
  upMs: number,
  backoff: Backoff,
): number {
  return upMs > 0 && upMs >= backoff.resetAfterMs ? 0 : failures;
}
