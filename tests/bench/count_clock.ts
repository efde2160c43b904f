/**
 * Stretches of time on several threads.
 *
 * @module
 */

/** When something began and ended, in milliseconds of the wall clock. */
export interface Stretch {
  /** When it began. */
  readonly from: number;
  /** When it ended. */
  readonly to: number;
}

/** The wall clock, to a fraction of a millisecond. */
export function clock(): number {
  return performance.timeOrigin + performance.now();
}

/** Milliseconds from the first that began to the last that ended. */
export function msOf(stretches: readonly Stretch[]): number {
  return Math.max(...stretches.map(({ to }) => to)) -
    Math.min(...stretches.map(({ from }) => from));
}
