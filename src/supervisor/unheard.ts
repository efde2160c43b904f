/** Failures that nobody has heard of so far. */
const unheard = new Set<Error>();

/**
 * Keeps `error` until somebody hears of it. What is left when the program has nothing more to do is reported as
 * uncaught: the program ends with its chain of causes and an exit code other than 0.
 *
 * At the end and not at once, as whoever looks late has looked; in a worker there is no such end.
 */
export function keepUnheard(error: Error): void {
  if (unheard.size === 0) {
    globalThis.addEventListener("beforeunload", reportUnheard, { once: true });
  }
  unheard.add(error);
}

/** Somebody has heard of `error`. */
export function heard(error: Error): void {
  unheard.delete(error);
}

function reportUnheard(): void {
  for (const error of unheard) reportError(error);
  unheard.clear();
}
