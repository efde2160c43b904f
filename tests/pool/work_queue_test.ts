import { assertEquals } from "@std/assert";
import type { Work } from "../../src/pool/work.ts";
import { WorkQueue } from "../../src/pool/work_queue.ts";

function workOf(priority: number): Work {
  return { options: { priority, bound: false } } as unknown as Work;
}

Deno.test("WorkQueue gives the largest priority first, and keeps few lines for priorities that nobody has", () => {
  const queue = new WorkQueue();
  const kept = [3, 40, 1].map(workOf);
  for (const work of kept) queue.add(work);
  for (let priority = 100; priority < 1_000; priority++) {
    const work = workOf(priority);
    queue.add(work);
    assertEquals(queue.shift() === work, true);
  }
  assertEquals([queue.size, queue.lines <= 16], [3, true]);
  const order = kept.map(() => queue.shift()!.options.priority);
  assertEquals([order, queue.shift(), queue.empty], [
    [40, 3, 1],
    undefined,
    true,
  ]);
  // More than that are kept as long as there is work for them.
  for (let priority = 0; priority < 50; priority++) {
    queue.add(workOf(priority));
  }
  assertEquals([queue.size, queue.lines], [50, 50]);
});
