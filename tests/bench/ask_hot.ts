/**
 * Asks without a pause.
 *
 * @module
 */
import { openAsking } from "./asking.ts";
import { openRawAsking } from "./raw_asking.ts";
import type { AskPlan } from "./raw_order.ts";
import { makeSwapWords } from "./raw_swap.ts";
import { RawThread } from "./raw_thread.ts";
import {
  type Effort,
  expectResult,
  ratioAtMost,
  type Subject,
  type Trial,
} from "./subject.ts";

function planOf({ quick }: Effort): AskPlan {
  return { count: quick ? 10_000 : 40_000, pauseMs: 0 };
}

async function openSwap({ quick }: Effort): Promise<Trial> {
  const count = quick ? 100_000 : 400_000;
  const second = await RawThread.start();
  const first = await RawThread.start();
  return {
    async round() {
      const words = makeSwapWords();
      const [, roundTripUs] = await Promise.all([
        second.order<number>({ job: "swap", words, first: false, count }),
        first.order<number>({ job: "swap", words, first: true, count }),
      ]);
      expectResult("the last word swapped", words[0] ?? NaN, count);
      return roundTripUs;
    },
    close() {
      first[Symbol.dispose]();
      second[Symbol.dispose]();
    },
  };
}

/** Ask round trip between two thread actors that ask again at once. */
export const askHot: Subject = {
  name: "ask-hot",
  about: "ask round trip between two thread actors, asked again at once",
  unit: "µs",
  better: "lower",
  ours: { open: (effort) => openAsking(planOf(effort)) },
  peers: [
    {
      name: "raw postMessage",
      bar: ratioAtMost(1 / 8, "≤ 1/8"),
      contender: { open: (effort) => openRawAsking(planOf(effort)) },
    },
    {
      name: "raw Atomics, poll then park",
      bar: ratioAtMost(3, "≤ 3 (goal)"),
      contender: { open: openSwap },
    },
  ],
};
