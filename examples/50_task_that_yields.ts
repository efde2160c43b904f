/** A task that yields: its elements come as they are made, and no further ahead than they are read. */
import { Pool, type Task, task } from "@troupe/actors";

/** The Collatz steps from `n` to 1. */
export const collatz: Task<[number], Generator<number>> = task(
  import.meta,
  "collatz",
  function* (n: number) {
    try {
      for (; n > 1; n = n % 2 === 0 ? n / 2 : 3 * n + 1) yield n;
      yield 1;
    } finally {
      console.log("the task has ended");
    }
  },
);

if (import.meta.main) {
  await using pool = new Pool({ size: 1 });
  const all: number[] = [];
  for await (const n of pool.generate(collatz, [6])) all.push(n);
  console.log(all.join(" ")); // 6 3 10 5 16 8 4 2 1

  // Left early, it ends at its yield; the loop waits for that.
  for await (const n of pool.generate(collatz, [27], { readAhead: 1 })) {
    if (n > 100) break;
  }
  console.log(pool.stats().running); // 0
}
