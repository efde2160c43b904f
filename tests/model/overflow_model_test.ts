import { createLane, LaneReader, LaneWriter } from "../../src/memory/lane.ts";
import {
  assertFlawFound,
  assertSound,
  type Exploration,
  explore,
  type Run,
} from "./explorer.ts";
import { FILLED, SENT, WAIT } from "./fixtures/overflow_threads.ts";

const WORDS = {
  "0:16": "WRITE",
  "0:18": "KEPT_FROM",
  "0:32": "READ",
};
const NOTHING = new Uint8Array(0);

/** Explores a sender and a receiver around a full lane. */
function overflowing(
  threads: readonly string[],
  outcome: (run: Run) => string,
): Promise<Exploration> {
  return explore({
    module: import.meta.resolve("./fixtures/overflow_threads.ts"),
    threads,
    words: WORDS,
    setup: () => {
      const memory = createLane({
        capacityBytes: 1024,
        capacityMessages: FILLED,
        from: 1,
        to: 2,
      });
      const writer = new LaneWriter(memory);
      for (let n = 1; n <= FILLED; n++) {
        writer.tryWrite(1, n, 0, 0, 0, 0, NOTHING, 0);
      }
      return [memory];
    },
    outcome,
    allowed: (outcome) => outcome === "right",
    maxPreemptions: 4,
  });
}

/** What the next receiver finds in the lane; what it is to drop is negative. */
function leftIn({ memory }: Run): number[] {
  const reader = new LaneReader(memory[0]!, 9);
  reader.adopt("skip");
  const left: number[] = [];
  while (reader.take() === "taken") {
    left.push(reader.overflowed ? -reader.a : reader.a);
    reader.done();
  }
  return left;
}

/** What is wrong with the way of some messages, if anything. */
function wayOf(run: Run): string {
  const [sender, receiver] = run.logs as [number[], number[]];
  const waiting = sender.at(-1)! - WAIT;
  const all = Array.from({ length: FILLED + SENT }, (_, i) => i + 1);
  const waits = all.slice(all.length - waiting);
  const met = [...receiver, ...leftIn(run), ...waits];
  const told = `met ${met.join()}, given back ${sender.slice(0, -1).join()}`;
  const accounted = [...met, ...sender.slice(0, -1)].map(Math.abs);
  if (accounted.sort().join() !== all.join()) return `lost or twice: ${told}`;
  const kept = met.filter((n) => n > 0);
  if (kept.join() !== kept.toSorted().join()) return `out of order: ${told}`;
  return kept.at(-1) === all.at(-1) ? "right" : `newest dropped: ${told}`;
}

Deno.test("a mailbox that drops the oldest keeps the newest, and each message goes one way", async () => { // M46
  assertSound(await overflowing(["sender", "receiver"], wayOf), 100);
});

Deno.test("the explorer finds a receiver that takes what is to be dropped for a debt", async () => {
  const found = await overflowing(["sender", "owingReceiver"], wayOf);
  assertFlawFound(found, "newest dropped");
});

Deno.test("a message that was taken back has nothing dropped for it any more", async () => { // M46
  const found = await overflowing(["regretter", "receiver"], (run) => {
    const left = leftIn(run);
    return left.some((n) => n < 0) ? `left ${left.join()}` : "right";
  });
  assertSound(found, 50);
});
