/** Every schedule of one who publishes and those who subscribe. */
import { slotsFor } from "../../src/channel/broadcast_core.ts";
import { Broadcast } from "../../src/channel/broadcast.ts";
import { SLOT, SUBSCRIBER } from "../../src/channel/broadcast_layout.ts";
import {
  type BroadcastOptions,
  createBroadcast,
} from "../../src/channel/broadcast_memory.ts";
import { KIND } from "../../src/sync/layout.ts";
import { Monitor } from "../../src/sync/monitor.ts";
import { assertFlawFound, assertSound, type Exploration } from "./explorer.ts";
import { exploreSync, whoOf } from "./sync_model.ts";

const PLACES = 6;

/** Threads around a broadcast to which the threads of `subscribers` have subscribed. */
function broadcast(
  options: BroadcastOptions & { readonly capacity: number },
  threads: readonly string[],
  allowed: readonly string[],
  maxPreemptions: number,
  { subscribers = [1, 2], first, mayDie }: {
    subscribers?: readonly number[];
    first?: number;
    mayDie?: string;
  } = {},
): Promise<Exploration> {
  return exploreSync({
    module: import.meta.resolve("./fixtures/broadcast_threads.ts"),
    kind: KIND.LATCH,
    threads,
    allowed,
    maxPreemptions,
    ...(mayDie === undefined ? {} : { mayDie: [mayDie] }),
    more: () => {
      const memory = createBroadcast(
        { capacityBytes: 1024, ...options },
        PLACES,
      );
      const made = new Broadcast<number>(memory);
      const words = new Int32Array(memory);
      const { extra } = new Monitor(memory);
      const rows = extra + slotsFor(options.capacity) * SLOT.WORDS;
      subscribers.forEach((thread, one) => {
        made.subscribe();
        words[rows + one * SUBSCRIBER.WORDS + SUBSCRIBER.WHO] = whoOf(thread);
      });
      if (first !== undefined) made.tryPublish(first);
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

/** All was received, and nothing missed. */
const ALL = "11,12,9,100";

/** What one logs who receives until it dies or is fenced, if at all. */
const HEARD = [
  ALL,
  "-",
  "4",
  "11",
  "11,4",
  "11,12",
  "11,12,4",
  "11,12,9",
  "11,12,9,4",
];

for (const capacity of [1, 2]) {
  Deno.test(`Broadcast of ${capacity} gives each subscriber all messages in order, and loses no wake-up`, async () => {
    assertSound(
      await broadcast(
        { capacity },
        ["speaker0", "listener1", "listener2"],
        [`1,1; ${ALL}; ${ALL}`],
        1,
      ),
      200,
    );
  });

  Deno.test(`Broadcast of ${capacity} that drops the oldest tells each subscriber how many it has missed`, async () => {
    const seen = [ALL, "12,9,101"];
    assertSound(
      await broadcast(
        { capacity, overflow: "dropOldest" },
        ["speaker0", "listener1", "listener2"],
        mix(["1,1"], seen, seen),
        1,
      ),
      100,
    );
  });

  Deno.test(`Broadcast of ${capacity} that drops the newest drops it for all`, async () => {
    assertSound(
      await broadcast(
        { capacity, overflow: "dropNewest" },
        ["speaker0", "listener1", "listener2"],
        [`1,1; ${ALL}; ${ALL}`, "1,1; 11,9,101; 11,9,101"],
        1,
      ),
      100,
    );
  });

  Deno.test(`Broadcast of ${capacity} goes on for others when a subscriber dies or is fenced, at whatever step`, async () => {
    const threads = ["listener0", "speaker1", "nursery"];
    const allowed = HEARD.map((heard) => `${heard}; 1,1; -`);
    const bounds = { subscribers: [0], mayDie: "listener0" };
    assertSound(
      await broadcast({ capacity }, threads, allowed, 1, bounds),
      500,
    );
  });
}

Deno.test("Broadcast of 1 gives the room of a subscriber that dies to who waits for it, and all to the other", async () => {
  const threads = ["listener0", "speaker1", "listener2", "nursery"];
  const allowed = HEARD.map((heard) => `${heard}; 1,1; ${ALL}; -`);
  const bounds = { subscribers: [0, 2], mayDie: "listener0" };
  assertSound(
    await broadcast({ capacity: 1 }, threads, allowed, 0, bounds),
    100,
  );
});

Deno.test("Broadcast of 1 loses nothing that was published when who publishes dies or is fenced, at whatever step", async () => {
  const threads = ["once0", "ender1", "nursery"];
  const allowed = [
    "1; 7,11,9,100; -",
    // It was closed before, or its thread was given up.
    "2; 7,9,100; -",
    "4; 7,9,100; -",
    "4; 7,11,9,100; -",
    // It died before its message was there, or after.
    "-; 7,9,100; -",
    "-; 7,11,9,100; -",
  ];
  const bounds = { subscribers: [1], first: 7, mayDie: "once0" };
  assertSound(
    await broadcast({ capacity: 1 }, threads, allowed, 1, bounds),
    500,
  );
});

Deno.test("Broadcast of 1 gives the room of a subscriber that leaves to who waits for it", async () => {
  const threads = ["leaver0", "speaker1"];
  assertSound(
    await broadcast({ capacity: 1 }, threads, ["11; 1,1"], 3, {
      subscribers: [0],
    }),
    100,
  );
});

// -- Broken -------------------------------------------------------------------

Deno.test("the explorer finds one who publishes and wakes nobody", async () => {
  const threads = ["mute0", "listener1"];
  const found = await broadcast({ capacity: 2 }, threads, [`1,1; ${ALL}`], 3, {
    subscribers: [1],
  });
  assertFlawFound(found, "deadlock");
});

Deno.test("the explorer finds one who publishes and never believes in the death of a subscriber", async () => {
  const threads = ["listener0", "trusting1", "nursery"];
  const allowed = HEARD.map((heard) => `${heard}; 1,1; -`);
  const bounds = { subscribers: [0], mayDie: "listener0" };
  const found = await broadcast({ capacity: 1 }, threads, allowed, 1, bounds);
  assertFlawFound(found, "endless");
});

Deno.test("the explorer finds one who publishes without being alone", async () => {
  const threads = ["rude0", "listener1", "listener2"];
  const allowed = [`1,1; ${ALL}; ${ALL}`];
  const found = await broadcast({ capacity: 2 }, threads, allowed, 2);
  if (found.wrong === undefined) throw new Error("Nothing was found");
});
