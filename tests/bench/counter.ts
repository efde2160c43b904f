/**
 * Two threads that count to the same number.
 *
 * @module
 */
import { SharedValue, System } from "../../mod.ts";
import { CountActor } from "./count_actor.ts";
import { msOf, type Stretch } from "./count_clock.ts";
import { python } from "./python.ts";
import { RawThread } from "./raw_thread.ts";
import {
  expectResult,
  ratioAtMost,
  type Subject,
  type Trial,
} from "./subject.ts";

/** How often each of the two counts, whatever the effort: the first ones cost more. */
const TIMES = 100_000;

/** The least of a few rounds: two threads seldom run side by side all the time. */
async function best(once: () => Promise<number>): Promise<number> {
  let ms = Infinity;
  for (let i = 0; i < 5; i++) ms = Math.min(ms, await once());
  return ms;
}

async function openOurs(): Promise<Trial> {
  const system = new System();
  const spawn = () => system.spawn(CountActor, []);
  const counters = await Promise.all([spawn(), spawn()]);
  return {
    round: () =>
      best(async () => {
        const gate = new SharedValue("i32", 0);
        const hits = new SharedValue("i32", 0);
        const stretches = await Promise.all(
          counters.map(({ ask }) => ask.count(gate, hits, TIMES)),
        );
        expectResult("the count", hits.value, 2 * TIMES);
        return msOf(stretches);
      }),
    async close() {
      await system.close();
    },
  };
}

async function openRaw(): Promise<Trial> {
  const threads = [await RawThread.start(), await RawThread.start()];
  return {
    round: () =>
      best(async () => {
        const words = new Int32Array(new SharedArrayBuffer(128));
        const stretches = await Promise.all(
          threads.map((one) =>
            one.order<Stretch>({ job: "count", words, count: TIMES })
          ),
        );
        expectResult("the raw count", words[16]!, 2 * TIMES);
        return msOf(stretches);
      }),
    close() {
      for (const thread of threads) thread[Symbol.dispose]();
    },
  };
}

/** Two threads that add to the same number, 100,000 times each. */
export const counter: Subject = {
  name: "counter",
  about: "two threads add to one shared number 100,000 times each",
  unit: "ms",
  better: "lower",
  ours: { open: openOurs },
  peers: [
    {
      name: "Python: Value with its lock",
      bar: ratioAtMost(1 / 20, "≤ 1/20"),
      contender: python("value", () => TIMES),
    },
    {
      name: "raw Atomics.add",
      bar: ratioAtMost(1.2, "≤ 1.2"),
      contender: { open: openRaw },
    },
  ],
};
