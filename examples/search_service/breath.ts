/** Longest stretch of work without a look at the event loop, in milliseconds. */
const STRETCH_MS = 20;

/**
 * Returns a function to be awaited again and again in long work: it lets the event loop take a turn when the last one
 * is 20 ms ago. So the thread hears its signals and messages, and nobody takes it for hung.
 */
export function breather(): () => Promise<void> | undefined {
  let last = performance.now();
  return () => {
    if (performance.now() - last < STRETCH_MS) return;
    return new Promise((resolve) =>
      setTimeout(() => {
        last = performance.now();
        resolve();
      })
    );
  };
}
