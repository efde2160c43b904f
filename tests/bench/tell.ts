/**
 * Tells of a small object.
 *
 * @module
 */
import { type FloodResult, type Total, totalOf } from "./raw_order.ts";
import { makeRing } from "./raw_ring.ts";
import { RawThread } from "./raw_thread.ts";
import {
  type Effort,
  expectResult,
  ratioAtLeast,
  type Subject,
  type Trial,
} from "./subject.ts";
import { openTelling } from "./telling.ts";

function countOf({ quick }: Effort): number {
  return quick ? 100_000 : 300_000;
}

/** Items by `postMessage`, from one raw thread to another. */
export async function openFlood(effort: Effort): Promise<Trial> {
  const count = countOf(effort);
  const collector = await RawThread.start();
  const flooder = await RawThread.start();
  return {
    async round() {
      const { port1, port2 } = new MessageChannel();
      await collector.order({ job: "collect", port: port1 }, [port1]);
      const result = await flooder.order<FloodResult>(
        { job: "flood", port: port2, count },
        [port2],
      );
      expectResult("the count of raw messages", result.count, count);
      expectResult("the sum of raw messages", result.sum, totalOf(count));
      return count / result.ms * 1_000;
    },
    close() {
      flooder[Symbol.dispose]();
      collector[Symbol.dispose]();
    },
  };
}

/** Records in a ring of bytes. */
export async function openRing({ quick }: Effort): Promise<Trial> {
  const count = quick ? 500_000 : 2_000_000;
  const consumer = await RawThread.start();
  const producer = await RawThread.start();
  return {
    async round() {
      const ring = makeRing();
      const [total, ms] = await Promise.all([
        consumer.order<Total>({ job: "drain", ring, count }),
        producer.order<number>({ job: "fill", ring, count }),
      ]);
      expectResult("the sum of raw records", total.sum, totalOf(count));
      return count / ms * 1_000;
    },
    close() {
      producer[Symbol.dispose]();
      consumer[Symbol.dispose]();
    },
  };
}

/** Tells of a small object from one thread actor to another. */
export const tell: Subject = {
  name: "tell",
  about: "tells of {id, name, x, y} from one thread actor to another",
  unit: "tells/s",
  better: "higher",
  ours: { open: (effort) => openTelling(countOf(effort)) },
  peers: [
    {
      name: "raw postMessage",
      bar: ratioAtLeast(6, "≥ 6"),
      contender: { open: openFlood },
    },
    {
      name: "raw ring of bytes, no codec",
      bar: ratioAtLeast(1 / 4, "≥ 1/4 (goal)"),
      contender: { open: openRing },
    },
  ],
};
