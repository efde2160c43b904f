import {
  createQueue,
  type QueueOptions,
} from "../../src/channel/queue_memory.ts";
import { Queue } from "../../src/channel/queue.ts";
import { KIND } from "../../src/sync/layout.ts";
import { assertFlawFound, assertSound, type Exploration } from "./explorer.ts";
import { exploreSync } from "./sync_model.ts";

const PLACES = 6;

function queue(
  options: QueueOptions,
  threads: readonly string[],
  allowed: readonly string[],
  maxPreemptions: number,
  { first, closed, mayDie }: {
    first?: number | Uint8Array;
    closed?: boolean;
    mayDie?: string;
  } = {},
): Promise<Exploration> {
  return exploreSync({
    module: import.meta.resolve("./fixtures/queue_threads.ts"),
    kind: KIND.LATCH,
    threads,
    allowed,
    maxPreemptions,
    ...(mayDie === undefined ? {} : { mayDie: [mayDie] }),
    more: () => {
      const memory = createQueue({ capacityBytes: 1024, ...options }, PLACES);
      const made = new Queue<number | Uint8Array>(memory);
      if (first !== undefined) made.tryPut(first);
      if (closed) made.close();
      return [memory];
    },
  });
}

/** Every way of joining one of each list. */
function mix(...lists: readonly (readonly string[])[]): string[] {
  return lists.reduce(
    (all, list) => all.flatMap((one) => list.map((next) => `${one}; ${next}`)),
  ) as string[];
}

for (const capacity of [1, 2]) {
  Deno.test(`Queue of ${capacity} gives what two put to two, each once, and loses no wake-up`, async () => { // QU21
    assertSound(
      await queue(
        { capacity },
        ["putter0", "putter1", "taker2", "taker3"],
        ["1; 1; 11; 21", "1; 1; 21; 11"],
        1,
      ),
      200,
    );
  });

  Deno.test(`Queue of ${capacity} keeps the order of one who puts two`, async () => {
    assertSound(
      await queue({ capacity }, ["twice0", "twice1"], ["1,1; 11,12"], 3),
      200,
    );
  });

  Deno.test(`Queue of ${capacity} that is closed meanwhile gives all that was put, and then the end`, async () => { // QU15, QU22
    assertSound(
      await queue(
        { capacity },
        ["putter0", "drainer1", "closer2"],
        ["1; 11,9; -", "2; 9; -"],
        2,
      ),
      200,
    );
  });
}

Deno.test("Queue that is full and closed refuses who waits for room", async () => {
  assertSound(
    await queue(
      { capacity: 1 },
      ["putter0", "taker1", "closer2"],
      ["1; 7; -", "2; 7; -"],
      2,
      { first: 7 },
    ),
    100,
  );
});

Deno.test("Queue without capacity hands each message over", async () => {
  assertSound(
    await queue(
      { capacity: 0 },
      ["putter0", "putter1", "taker2", "taker3"],
      ["1; 1; 11; 21", "1; 1; 21; 11"],
      1,
    ),
    200,
  );
  assertSound(
    await queue({ capacity: 0 }, ["taker0", "offerer1", "closer2"], [
      "21; 1; -",
      "9; 3; -",
      "9; 2; -",
    ], 2),
    100,
  );
});

Deno.test("Queue of one that drops the oldest has the newest", async () => {
  assertSound(
    await queue(
      { capacity: 1, overflow: "dropOldest" },
      ["twice0", "trier1"],
      mix(["1,1"], ["8", "11", "12"]),
      3,
    ),
    50,
  );
});

Deno.test("Queue loses nothing that was put when who puts dies or is fenced, at whatever step", async () => { // W02, W04
  const threads = ["putter0", "ender1", "nursery"];
  const allowed = [
    "1; 7,11,9; -",
    // It was closed before, or its thread was given up.
    "2; 7,9; -",
    "4; 7,9; -",
    // It died before its message was there, or after.
    "-; 7,9; -",
    "-; 7,11,9; -",
  ];
  const bounds = { first: 7, mayDie: "putter0" };
  assertSound(await queue({ capacity: 1 }, threads, allowed, 1, bounds), 1_000);
});

Deno.test("Queue goes on for others when who takes dies or is fenced, at whatever step", async () => { // W04
  const threads = ["taker0", "drainer1", "nursery"];
  const allowed = [
    "7; 9; -",
    "9; 7,9; -",
    "4; 7,9; -",
    // What it had taken is gone with it.
    "-; 9; -",
    "-; 7,9; -",
  ];
  const bounds = { first: 7, closed: true, mayDie: "taker0" };
  assertSound(await queue({ capacity: 1 }, threads, allowed, 2, bounds), 1_000);
});

/** What is right with `ack`: no message is gone that was not acknowledged. */
const ACKNOWLEDGED = [
  "7; 9; -",
  "9; 7,9; -",
  "4; 7,9; -",
  "-; 7,9; -",
  // Taken, and not acknowledged.
  "7; 7,9; -",
  "7,4; 7,9; -",
];

Deno.test("Queue with ack gives what was not acknowledged to others when its taker dies or is fenced, at whatever step", async () => { // W04
  const threads = ["worker0", "drainer1", "nursery"];
  const bounds = { first: 7, closed: true, mayDie: "worker0" };
  const found = await queue({ ack: true }, threads, ACKNOWLEDGED, 2, bounds);
  assertSound(found, 1_000);
});

Deno.test("Queue without capacity goes on for others when one side dies or is fenced, at whatever step", async () => {
  const offered = await queue(
    { capacity: 0 },
    ["putter0", "trier1", "nursery"],
    // One that is given up may not know that its message was taken; what nobody has taken goes with who offered it.
    ["1; 11; -", "4; 11; -", "-; 11; -", "-; 8; -", "4; 8; -"],
    1,
    { mayDie: "putter0" },
  );
  assertSound(offered, 100);
});

Deno.test("Queue with priorities gives the greatest that is there", async () => {
  assertSound(
    await queue({ priority: true }, ["ranked0", "twice1"], [
      "1,1; 21,11",
      "1,1; 11,21",
    ], 3),
    50,
  );
});

Deno.test("Queue loses nothing when who writes in place dies or is fenced, at whatever step", async () => { // W04
  const threads = ["claimer0", "reader1", "nursery"];
  const allowed = [
    "1; 7,11,9; -",
    "2; 7,9; -",
    "4; 7,9; -",
    "-; 7,9; -",
    // It died after the message was there.
    "-; 7,11,9; -",
  ];
  const bounds = { first: Uint8Array.of(7), mayDie: "claimer0" };
  assertSound(await queue({ capacity: 1 }, threads, allowed, 1, bounds), 1_000);
});

Deno.test("Queue gives room that was claimed and given back to who waits for it", async () => {
  const threads = ["waverer0", "writer1", "reader2"];
  assertSound(await queue({ capacity: 1 }, threads, ["1; 1; 21"], 2), 200);
});

Deno.test("Queue gives a message to others when who reads it in place dies or is fenced, at whatever step", async () => { // W04
  const threads = ["lessee0", "reader1", "nursery"];
  const allowed = [
    // The other took it before, or it was given up with its message unread.
    "9; 7,9; -",
    "4; 7,9; -",
    "-; 7,9; -",
    // It died or was given up while it read.
    "7; 7,9; -",
    "7,4; 7,9; -",
  ];
  const bounds = { first: Uint8Array.of(7), closed: true, mayDie: "lessee0" };
  const found = await queue(
    {},
    threads,
    [...allowed, "7; 9; -", "-; 9; -"],
    1,
    bounds,
  );
  assertSound(found, 500);
});

// -- Broken -------------------------------------------------------------------

Deno.test("the explorer finds one who claims room and keeps it", async () => {
  const threads = ["keeper0", "writer1", "reader2"];
  const found = await queue({ capacity: 1 }, threads, ["1; 1; 21"], 2);
  assertFlawFound(found, "deadlock");
});

Deno.test("the explorer finds one who puts and wakes nobody", async () => {
  const found = await queue({}, ["mute0", "taker1"], ["1; 11"], 3);
  assertFlawFound(found, "deadlock");
});

Deno.test("the explorer finds one who waits for a message and never believes in a death", async () => {
  const threads = ["worker0", "trusting1", "nursery"];
  const allowed = ["7", "-", "4", "7,4"].map((lost) => `${lost}; 7; -`);
  const bounds = { first: 7, mayDie: "worker0" };
  const found = await queue({ ack: true }, threads, allowed, 2, bounds);
  assertFlawFound(found, "endless");
});

Deno.test("the explorer finds one who puts without being alone", async () => {
  const threads = ["rude0", "putter1", "taker2", "taker3"];
  const allowed = ["1; 1; 11; 21", "1; 1; 21; 11"];
  const found = await queue({ capacity: 2 }, threads, allowed, 2);
  if (found.wrong === undefined) throw new Error("Nothing was found");
});
