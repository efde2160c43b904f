/**
 * How long this thread does not get to its events.
 *
 * @module
 */

/**
 * Nanoseconds that this thread was ready to run while the machine ran others in its place; 0 where nobody tells.
 *
 * With more threads than cores that is most of every pause, and says nothing of what the thread itself did.
 */
function queuedNs(): number {
  try {
    const fields = Deno.readTextFileSync("/proc/thread-self/schedstat");
    return Number(fields.split(" ")[1]);
  } catch {
    return 0;
  }
}

/**
 * The longest time between two turns of this thread's event loop while `work` is under way, in milliseconds, less the
 * time that it waited for a core.
 *
 * A message to itself takes each turn, so a stall is seen whatever caused it.
 */
export async function longestStall(work: () => Promise<void>): Promise<number> {
  const { port1, port2 } = new MessageChannel();
  let longest = 0;
  let last = performance.now();
  let queued = queuedNs();
  const look = () => {
    const before = queued;
    queued = queuedNs();
    const busy = performance.now() - last - (queued - before) / 1e6;
    longest = Math.max(longest, busy);
    last = performance.now();
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
  queued = queuedNs();
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
