/**
 * How many restarts a supervisor pays for before it gives up.
 *
 * A sliding window, exact to the millisecond and half-open: at time `now` the restarts with `at > now - withinMs`
 * count, so one that lies exactly `withinMs` back is forgotten.
 */
export interface RestartBudget {
  /** Restarts allowed inside the window; the next one is refused. `0` allows none, `Infinity` any number. */
  readonly maxRestarts: number;
  /** Length of the window in milliseconds, more than 0; `Infinity` never forgets. */
  readonly withinMs: number;
}

/** The budget of a supervisor that names none: 3 restarts in 5,000 ms. */
export const DEFAULT_BUDGET: RestartBudget = {
  maxRestarts: 3,
  withinMs: 5_000,
};

/** What {@linkcode spendRestart} answers. */
export interface Spending<T> {
  /** False when this restart is one too many. */
  readonly allowed: boolean;
  /** The restarts inside the window, oldest first, the new one last: what to pass the next time. */
  readonly entries: readonly T[];
}

/**
 * Counts one more restart against a budget.
 *
 * - **Window:** entries with `atMs <= entry.atMs - withinMs` are forgotten first.
 * - **Size:** at most `maxRestarts + 1` entries are kept; with `maxRestarts: Infinity` only the last.
 *
 * @param entries What the last call returned; empty at first.
 * @param entry The new restart, with its time in milliseconds of a clock that never goes back.
 * @param budget What is allowed.
 */
export function spendRestart<T extends { readonly atMs: number }>(
  entries: readonly T[],
  entry: T,
  budget: RestartBudget,
): Spending<T> {
  // An endless budget would otherwise keep every entry of an endless window.
  if (budget.maxRestarts === Infinity) {
    return { allowed: true, entries: [entry] };
  }
  const horizon = entry.atMs - budget.withinMs;
  const kept = entries.filter((each) => each.atMs > horizon);
  kept.push(entry);
  return { allowed: kept.length <= budget.maxRestarts, entries: kept };
}
