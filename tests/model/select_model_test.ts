import { createQueue } from "../../src/channel/queue_memory.ts";
import { QUEUE } from "../../src/channel/queue_layout.ts";
import { KIND, PRIMITIVE } from "../../src/sync/layout.ts";
import {
  assertFlawFound,
  assertSound,
  type Exploration,
  explore,
} from "./explorer.ts";
import { SYNC_WORDS, syncSetup } from "./sync_model.ts";

const PLACES = 6;

/** What each thread logged; then, for each queue, how many messages are left, and how many places are not free. */
function selecting(
  threads: readonly string[],
  allowed: readonly string[],
  maxPreemptions: number,
  alike?: readonly [string, string],
): Promise<Exploration> {
  const made = (): SharedArrayBuffer =>
    createQueue({ capacity: 3, capacityBytes: 1024 }, PLACES);
  return explore({
    module: import.meta.resolve("./fixtures/select_threads.ts"),
    threads,
    maxPreemptions,
    setup: () => [...syncSetup(KIND.LATCH), made(), made()],
    outcome: ({ logs, memory }) => {
      const left = memory.slice(3).map((buffer) => {
        const words = new Int32Array(buffer);
        return `${words[QUEUE.SIZE]}/${words[PRIMITIVE.HIGH]}`;
      });
      return `${logs.map((log) => log.join() || "-").join("; ")} | ${
        left.join(" ")
      }`;
    },
    allowed: (outcome) => allowed.includes(outcome),
    words: SYNC_WORDS,
    ...(alike && { alike }),
  });
}

Deno.test("select() takes from one of two queues, loses no wake-up and leaves nothing behind", async () => {
  assertSound(
    await selecting(
      ["selector0", "first2", "second3"],
      ["11; -; - | 0/0 1/0", "21; -; - | 1/0 0/0"],
      2,
    ),
    500,
  );
});

Deno.test("select() in two threads gives each message to one of them", async () => {
  assertSound(
    await selecting(
      ["selector0", "selector1", "both3"],
      ["11; 21; - | 0/0 0/0", "21; 11; - | 0/0 0/0"],
      1,
    ),
    200,
  );
});

/** What two that select and one that takes of the first may have of 11, 12 and 13 in the first and 21 in the second. */
function ofFour(): string[] {
  const taken: readonly (readonly [number[], string])[] = [
    [[11, 12, 13], "0/0 1/0"],
    [[11, 12, 21], "1/0 0/0"],
  ];
  return taken.flatMap(([[a, b, c], left]) =>
    [[a, b, c], [a, c, b], [b, a, c], [b, c, a], [c, a, b], [c, b, a]]
      .filter(([, , last]) => last !== 21)
      .map((three) => `${three.join("; ")}; - | ${left}`)
  );
}

Deno.test("select() in two threads beside one who takes leaves nobody without", async () => {
  const threads = ["selector0", "selector1", "taker2", "four3"];
  assertSound(await selecting(threads, ofFour(), 0), 30);
});

Deno.test("select() in two threads beside one who takes leaves nobody without, whoever is interrupted", async () => {
  const all = ["11; 12; 13", "11; 13; 12", "12; 11; 13", "12; 13; 11"]
    .concat(["13; 11; 12", "13; 12; 11"]);
  assertSound(
    await selecting(
      ["selector0", "selector1", "taker2", "three3"],
      all.map((three) => `${three}; - | 0/0 0/0`),
      1,
      ["selector0", "selector1"],
    ),
    10_000,
  );
});

Deno.test("select() beside one who takes has what that leaves", async () => {
  assertSound(
    await selecting(
      ["selector0", "taker2", "four3"],
      ["11; 12; - | 1/0 1/0", "12; 11; - | 1/0 1/0", "21; 11; - | 2/0 0/0"],
      1,
    ),
    200,
  );
});

Deno.test("select() has what was put before a queue was closed, and then its end", async () => {
  assertSound(
    await selecting(["twice0", "last3"], ["11,90; - | 0/0 0/0"], 2),
    300,
  );
});

Deno.test("select() that is aborted has taken nothing, or what it returns", async () => {
  assertSound(
    await selecting(
      ["aborter0", "first2"],
      ["8; - | 1/0 0/0", "11; - | 0/0 0/0"],
      2,
    ),
    100,
  );
});

// -- Broken -------------------------------------------------------------------

Deno.test("the explorer finds one who puts for a select() and wakes nobody", async () => {
  const found = await selecting(["selector0", "mute3"], [
    "11; - | 0/0 1/0",
    "21; - | 1/0 0/0",
  ], 2);
  assertFlawFound(found, "deadlock");
});

Deno.test("the explorer finds a source that is watched without a look", async () => {
  const found = await selecting(["blind0", "first2"], ["11; - | 0/0 0/0"], 2);
  assertFlawFound(found, "deadlock");
});

Deno.test("the explorer finds a select() that leaves its watchers behind", async () => {
  const found = await selecting(["untidy0", "first2"], ["11; - | 0/0 0/0"], 2);
  assertFlawFound(found, "0/1");
});
