import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  batch,
  broadcast,
  channel,
  InvalidOptionError,
  Queue,
  rateLimit,
} from "../../mod.ts";

const turn = (): Promise<void> => new Promise((done) => setTimeout(done));

async function ended(count: number, ack = false): Promise<Queue<number>> {
  const queue = new Queue<number>({ ack });
  for (let i = 0; i < count; i++) await queue.put(i);
  queue.close();
  return queue;
}

Deno.test("batch() gives batches of a size, the last one shorter", async () => {
  const all = await Array.fromAsync(batch(await ended(7), { size: 3 }));
  assertEquals(all, [[0, 1, 2], [3, 4, 5], [6]]);
});

Deno.test("batch() gives no batch of a source without messages", async () => {
  assertEquals(await Array.fromAsync(batch(await ended(0), { size: 3 })), []);
});

Deno.test("batch() gives no empty batch after the last full one", async () => {
  const all = await Array.fromAsync(batch(await ended(4), { size: 2 }));
  assertEquals(all, [[0, 1], [2, 3]]);
});

Deno.test("batch() gives what has come when the first has waited long enough", async () => {
  const queue = new Queue<number>();
  const batches = batch(queue, { size: 100, ms: 5 });
  const first = batches.next();
  await turn();
  const start = performance.now();
  await queue.put(1);
  await queue.put(2);
  assertEquals((await first).value, [1, 2]);
  assert(performance.now() - start >= 4);
  await batches.return();
});

Deno.test("batch() does not count the time in which there is nothing", async () => {
  const queue = new Queue<number>();
  const first = batch(queue, { size: 2, ms: 1 }).next();
  for (let i = 0; i < 5; i++) await turn();
  await queue.put(1);
  assertEquals((await first).value, [1]);
});

Deno.test("batch() of no time gives what is there", async () => {
  const queue = new Queue<number>();
  for (const n of [1, 2, 3]) await queue.put(n);
  const batches = batch(queue, { size: 100, ms: 0 });
  assertEquals((await batches.next()).value, [1, 2, 3]);
  await queue.put(4);
  assertEquals((await batches.next()).value, [4]);
});

Deno.test("batch() takes nothing while a batch is dealt with", async () => {
  const queue = await ended(5);
  const batches = batch(queue, { size: 2 });
  await batches.next();
  await turn();
  assertEquals(queue.size, 3);
  await batches.return();
  assertEquals(queue.size, 3);
});

Deno.test("batch() reads channels, subscriptions, streams and generators", async () => {
  const { tx, rx } = channel<number>();
  await tx.send(1);
  tx.close();
  const to = broadcast<number>();
  using one = to.subscribe();
  await to.publish(2);
  to.close();
  const size = 10;
  assertEquals(await Array.fromAsync(batch(rx, { size })), [[1]]);
  assertEquals(await Array.fromAsync(batch(one, { size })), [[2]]);
  const stream = ReadableStream.from([3, 4]);
  assertEquals(await Array.fromAsync(batch(stream, { size })), [[3, 4]]);
});

Deno.test("batch() gives what was gathered before the error of the source", async () => {
  let left = false;
  const source = async function* (): AsyncGenerator<number> {
    try {
      yield 1;
      yield 2;
      await turn();
      throw new RangeError("broken");
    } finally {
      left = true;
    }
  };
  const batches = batch(source(), { size: 5 });
  assertEquals((await batches.next()).value, [1, 2]);
  await assertRejects(() => batches.next(), RangeError, "broken");
  assert(left);
});

Deno.test("batch() that is left passes that on", async () => {
  let left = false;
  const source = async function* (): AsyncGenerator<number> {
    try {
      for (;;) yield 1;
    } finally {
      left = true;
    }
  };
  for await (const _ of batch(source(), { size: 2 })) break;
  assert(left);
});

Deno.test("batch() that is aborted gives what was gathered, then the reason", async () => {
  const queue = new Queue<number>();
  await queue.put(1);
  const stop = new AbortController();
  const batches = batch(queue, { size: 5, signal: stop.signal });
  const first = batches.next();
  await turn();
  stop.abort(new RangeError("stop"));
  assertEquals((await first).value, [1]);
  await assertRejects(() => batches.next(), RangeError, "stop");
  await queue.put(2);
  assertEquals(queue.size, 1);
});

Deno.test("batch() of a queue with ack acknowledges a batch when the next one is asked for", async () => {
  const queue = await ended(5, true);
  const batches = batch(queue, { size: 2 });
  await batches.next();
  assertEquals(queue.undone, 5);
  await batches.next();
  assertEquals(queue.undone, 3);
  await batches.return();
  assertEquals([queue.undone, queue.size], [3, 3]);
  assertEquals(queue.tryTake(), { value: 2 });
});

Deno.test("batch() refuses options out of bounds, and what is no source", async () => {
  const queue = await ended(1);
  for (const size of [0, 1.5, NaN, "1", undefined]) {
    assertThrows(
      () => batch(queue, { size: size as never }),
      InvalidOptionError,
      "'size'",
    );
  }
  for (const ms of [-1, NaN, "1"]) {
    assertThrows(
      () => batch(queue, { size: 1, ms: ms as never }),
      InvalidOptionError,
      "'ms'",
    );
  }
  assertThrows(() => batch(1 as never, { size: 1 }), InvalidOptionError);
  assertEquals(queue.size, 1);
});

// -- rateLimit() --------------------------------------------------------------

Deno.test("rateLimit() gives so many at once, and the others no faster than the rate", async () => {
  const start = performance.now();
  const at: number[] = [];
  const limited = rateLimit(await ended(6), { count: 3, perMs: 12 });
  for await (const _ of limited) at.push(performance.now() - start);
  assertEquals(at.length, 6);
  // The nth after the first three cannot come before n times four.
  for (const n of [1, 2, 3]) assert(at[2 + n]! >= 4 * n - 0.5, `${at}`);
});

Deno.test("rateLimit() keeps the order and drops nothing", async () => {
  const limited = rateLimit(await ended(50), { count: 10, perMs: 1 });
  const all = await Array.fromAsync(limited);
  assertEquals(all, Array.from({ length: 50 }, (_, i) => i));
});

Deno.test("rateLimit() leaves a message in the source until it may come", async () => {
  const queue = await ended(3);
  const limited = rateLimit(queue, { count: 1, perMs: 60_000 });
  await limited.next();
  const stop = new AbortController();
  const slow = rateLimit(queue, {
    count: 1,
    perMs: 60_000,
    signal: stop.signal,
  });
  await slow.next();
  const next = slow.next();
  next.catch(() => {});
  await turn();
  assertEquals(queue.size, 1);
  stop.abort(new RangeError("stop"));
  await assertRejects(() => next, RangeError, "stop");
  assertEquals(queue.size, 1);
  await limited.return();
});

Deno.test("rateLimit() saves up no more than its count", async () => {
  const queue = await ended(4);
  const limited = rateLimit(queue, { count: 2, perMs: 20 });
  await limited.next();
  const pause = performance.now();
  while (performance.now() - pause < 45);
  const start = performance.now();
  const at: number[] = [];
  for await (const _ of limited) at.push(performance.now() - start);
  assert(at[2]! >= 9, `${at}`);
});

Deno.test("rateLimit() that is left passes that on, and gives a message of a queue with ack back", async () => {
  const queue = await ended(3, true);
  for await (const n of rateLimit(queue, { count: 5, perMs: 1 })) {
    if (n === 1) break;
  }
  assertEquals([queue.undone, queue.tryTake()], [2, { value: 1 }]);
  let left = false;
  const source = async function* (): AsyncGenerator<number> {
    try {
      for (;;) yield 1;
    } finally {
      left = true;
    }
  };
  for await (const _ of rateLimit(source(), { count: 1, perMs: 1 })) break;
  assert(left);
});

Deno.test("rateLimit() of batches limits batches", async () => {
  const batches = batch(await ended(6), { size: 2 });
  const limited = rateLimit(batches, { count: 100, perMs: 1 });
  assertEquals(await Array.fromAsync(limited), [[0, 1], [2, 3], [4, 5]]);
});

Deno.test("rateLimit() refuses options out of bounds", async () => {
  const queue = await ended(1);
  const bad: [string, unknown][] = [
    ["count", 0],
    ["count", 1.5],
    ["perMs", 0],
    ["perMs", Infinity],
    ["perMs", "5"],
  ];
  for (const [option, value] of bad) {
    assertThrows(
      () => rateLimit(queue, { count: 1, perMs: 1, [option]: value }),
      InvalidOptionError,
      `'${option}'`,
    );
  }
});
