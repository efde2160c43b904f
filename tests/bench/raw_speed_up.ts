/**
 * The computation of the pools' speed-up on raw threads: what two of them can do on this machine.
 *
 * @module
 */
import { RawThread } from "./raw_thread.ts";
import { expectResult, type Trial } from "./subject.ts";

/** Parts of what is computed by both. */
const PARTS = 8;

/** How many times faster two raw threads compute than one, each told of its half part by part. */
export async function openRawSpeedUp(rounds: number): Promise<Trial> {
  const threads = [await RawThread.start(), await RawThread.start()];
  const crunched = (thread: RawThread, rounds: number): Promise<number> =>
    thread.order<number>({ job: "crunch", rounds });
  const half = async (thread: RawThread): Promise<void> => {
    for (let part = 0; part < PARTS / threads.length; part++) {
      await crunched(thread, rounds);
    }
  };
  return {
    async round() {
      const start = performance.now();
      const sum = await crunched(threads[0]!, rounds * PARTS);
      const middle = performance.now();
      await Promise.all(threads.map(half));
      const end = performance.now();
      expectResult("whether it was computed", Number(sum > 0), 1);
      return (middle - start) / (end - middle);
    },
    close() {
      for (const thread of threads) thread[Symbol.dispose]();
    },
  };
}
