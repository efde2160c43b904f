import { assertEquals } from "@std/assert";
import { Queue, QueueClosedError, type QueueOptions } from "../../mod.ts";
import { randomFrom } from "../sync/other_tasks.ts";

/** A queue as one would write it for one thread. */
class PlainQueue {
  readonly ready: { value: number; priority: number }[] = [];
  readonly held: { value: number; priority: number }[] = [];
  dropped = 0;
  constructor(readonly options: QueueOptions) {}

  put(value: number, priority: number): boolean {
    const { capacity = 1_024, overflow, ack, priority: ranked } = this.options;
    // What is not acknowledged keeps its place in the order of priorities.
    const held = ack && ranked ? this.held.length : 0;
    if (this.ready.length + held >= capacity) {
      if (overflow === "dropNewest") this.dropped++;
      if (overflow !== "dropOldest") return false;
      this.ready.shift();
      this.dropped++;
    }
    this.ready.push({ value, priority: ranked ? priority : 0 });
    // A sort is stable.
    this.ready.sort((a, b) => b.priority - a.priority);
    return true;
  }

  take(): number | undefined {
    const one = this.ready.shift();
    if (one && this.options.ack) this.held.push(one);
    return one?.value;
  }
}

const KINDS: readonly QueueOptions[] = [
  { capacity: 1 },
  { capacity: 7 },
  { capacity: 7, overflow: "dropOldest" },
  { capacity: 3, overflow: "dropNewest" },
  { capacity: 20, priority: true },
  { capacity: 7, ack: true },
  { capacity: 9, ack: true, priority: true },
];

for (const options of KINDS) {
  for (const seed of [1, 2, 3]) {
    Deno.test(`Queue of ${JSON.stringify(options)} does as a plain one, seed ${seed}`, () => {
      const random = randomFrom(seed);
      const real = new Queue<number | string>({
        capacityBytes: 2 ** 14,
        ...options,
      });
      const plain = new PlainQueue(options);
      for (let step = 0; step < 3_000; step++) {
        const what = random();
        if (what < 0.5) {
          const rank = Math.trunc(random() * 4);
          const priority = options.priority ? rank : 0;
          // Some are long, so that records are of all sizes.
          const tail = "·".repeat(Math.trunc(random() * 30));
          const put = real.tryPut(`${step}${tail}`, { priority });
          assertEquals(put, plain.put(step, priority), `step ${step}`);
        } else if (what < 0.95 || !options.ack) {
          const taken = real.tryTake()?.value;
          const value = taken === undefined
            ? undefined
            : parseInt(taken as string);
          assertEquals(value, plain.take(), `step ${step}`);
        } else if (plain.held.length > 0) {
          real.done();
          plain.held.shift();
        }
        assertEquals([real.size, real.dropped], [
          plain.ready.length,
          plain.dropped,
        ]);
        // Unacknowledged ones take up bytes: not more of them than fit.
        while (plain.held.length > 20) {
          real.done();
          plain.held.shift();
        }
      }
      real.close();
      for (let left = plain.ready.length; left > 0; left--) {
        assertEquals(parseInt(real.tryTake()!.value as string), plain.take());
      }
      let ended = false;
      try {
        real.tryTake();
      } catch (error) {
        ended = error instanceof QueueClosedError;
      }
      assertEquals(ended, true);
    });
  }
}
