/** Loops over sources that always have something leave the event loop its turn. */
import { assertEquals, assertRejects } from "@std/assert";
import {
  batch,
  broadcast,
  channel,
  merge,
  pipeTo,
  Queue,
  rateLimit,
  select,
  selectEach,
} from "../../mod.ts";

/** Loops that would never let a timer go off are given up after so many milliseconds. */
const GIVE_UP_MS = 2_000;

/** Runs `loop` until a timer of this thread has gone off; says whether it has. */
async function letsTimersGoOff(
  loop: (isOver: () => boolean) => Promise<unknown>,
): Promise<boolean> {
  let gone = false;
  const timer = setTimeout(() => gone = true);
  const end = performance.now() + GIVE_UP_MS;
  await loop(() => gone || performance.now() > end);
  clearTimeout(timer);
  return gone;
}

/** A queue that has a message whenever it is looked at, as long as `again` is called for each. */
function endless(): { queue: Queue<number>; again: () => void } {
  const queue = new Queue<number>();
  queue.tryPut(1);
  queue.tryPut(2);
  return { queue, again: () => queue.tryPut(3) };
}

const loops: Record<string, (queue: Queue<number>) => AsyncIterable<unknown>> =
  {
    "Queue[Symbol.asyncIterator]()": (queue) => queue,
    "merge()": (queue) => merge(queue),
    "selectEach()": (queue) => selectEach([queue]),
    "batch()": (queue) => batch(queue, { size: 1 }),
    "rateLimit()": (queue) => rateLimit(queue, { count: 1e9, perMs: 1 }),
  };

for (const [name, iterate] of Object.entries(loops)) {
  Deno.test(`${name} lets timers go off while there is always a message`, async () => {
    const { queue, again } = endless();
    const gone = await letsTimersGoOff(async (isOver) => {
      for await (const _ of iterate(queue)) {
        if (isOver()) break;
        again();
      }
    });
    assertEquals(gone, true);
  });
}

Deno.test("select() lets timers go off while there is always a message", async () => {
  const { queue, again } = endless();
  const gone = await letsTimersGoOff(async (isOver) => {
    for (; !isOver(); again()) await select({ queue });
  });
  assertEquals(gone, true);
});

Deno.test("Receiver and Subscription let timers go off while there is always a message", async () => {
  const { tx, rx } = channel<number>();
  using prices = broadcast<number>();
  using subscription = prices.subscribe();
  const again = (): boolean => tx.trySend(1) && prices.tryPublish(1);
  for (const source of [rx, subscription]) {
    again();
    const gone = await letsTimersGoOff(async (isOver) => {
      for await (const _ of source) {
        if (isOver()) break;
        if (source === rx) tx.trySend(1);
        else prices.tryPublish(1);
      }
    });
    assertEquals(gone, true);
  }
});

Deno.test("Receiver keeps the order of calls to next() around a rest", async () => {
  const { tx, rx } = channel<number>({ capacity: 65_536 });
  const messages = rx[Symbol.asyncIterator]();
  const came: number[] = [];
  const end = performance.now() + 60;
  let sent = 0;
  while (performance.now() < end) {
    const calls = [];
    for (let i = 0; i < 200; i++) {
      tx.trySend(sent++);
      calls.push(messages.next().then(({ value }) => came.push(value)));
    }
    await Promise.all(calls);
  }
  assertEquals(came, Array.from({ length: sent }, (_, i) => i));
});

Deno.test("pipeTo() hears its signal while there is always a message", async () => {
  const { queue, again } = endless();
  const end = performance.now() + GIVE_UP_MS;
  const sink = {
    put(_: number): Promise<void> {
      if (performance.now() > end) throw new Error("Cannot go on for so long");
      again();
      return Promise.resolve();
    },
    close(): void {},
  };
  const controller = new AbortController();
  setTimeout(() => controller.abort(new Error("enough")));
  const { signal } = controller;
  await assertRejects(() => pipeTo(queue, sink, { signal }), Error, "enough");
});
