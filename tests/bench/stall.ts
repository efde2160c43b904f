/**
 * How long this thread does not get to its events.
 *
 * @module
 */

/**
 * The longest time between two turns of this thread's event loop while `work` is under way, in milliseconds.
 *
 * A message to itself takes each turn, so a stall is seen whatever caused it.
 */
export async function longestStall(work: () => Promise<void>): Promise<number> {
  const { port1, port2 } = new MessageChannel();
  let longest = 0;
  let last = performance.now();
  const look = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  };
  // The first tick has a cost of its own.
  await new Promise<void>((resolve) => {
    port2.onmessage = () => resolve();
    port1.postMessage(0);
  });
  port2.onmessage = () => {
    look();
    port1.postMessage(0);
  };
  last = performance.now();
  port1.postMessage(0);
  try {
    await work();
    look();
  } finally {
    port1.close();
    port2.close();
  }
  return longest;
}
