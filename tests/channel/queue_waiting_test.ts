/** Who waits at a queue, and for what: room, a message, a taker. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  InvalidOptionError,
  Queue,
  QueueClosedError,
  QueueFullError,
  selectable,
  WaitTimeoutError,
} from "../../mod.ts";

/** Notes in `order` when a promise resolves. */
function note<T>(order: unknown[], name: string, promise: Promise<T>) {
  return promise.then((value) =>
    void order.push(value === undefined ? name : `${name}=${value}`)
  );
}

/** All that is in a queue. */
function drain<T>(queue: Queue<T>): T[] {
  const taken: T[] = [];
  for (let one = queue.tryTake(); one; one = queue.tryTake()) {
    taken.push(one.value);
  }
  return taken;
}

const turn = () => new Promise((resolve) => setTimeout(resolve));

// -- For room -----------------------------------------------------------------

Deno.test("Queue.put() waits for room, and those that wait are served in order", async () => {
  const queue = new Queue<number>({ capacity: 1 });
  const order: unknown[] = [];
  await queue.put(0);
  const waiting = [1, 2, 3].map((i) => note(order, `put ${i}`, queue.put(i)));
  await turn();
  assertEquals([order, queue.size], [[], 1]);
  for (let i = 0; i < 4; i++) assertEquals(await queue.take(), i);
  await Promise.all(waiting);
  assertEquals(order, ["put 1", "put 2", "put 3"]);
});

Deno.test("Queue.tryPut() does not go before one who waits for room", async () => {
  const queue = new Queue<number>({ capacity: 1 });
  await queue.put(0);
  const waiting = queue.put(1);
  assertEquals(await queue.take(), 0);
  assertEquals(queue.tryPut(2), false);
  await waiting;
  assertEquals([queue.tryPut(2), ...drain(queue)], [false, 1]);
});

Deno.test("Queue.put() that gives up lets the next one have its turn", async () => {
  const queue = new Queue<string>({ capacityBytes: 1024 });
  while (queue.tryPut("x".repeat(100)));
  const given = new AbortController();
  const large = assertRejects(
    () => queue.put("y".repeat(900), { signal: given.signal }),
    RangeError,
  );
  await queue.take();
  const small = queue.put("z");
  given.abort(new RangeError());
  await large;
  await small;
  assertEquals(drain(queue).at(-1), "z");
});

Deno.test("Queue.put() in the middle of a line may give up by time and by signal", async () => {
  const queue = new Queue<number>({ capacity: 1 });
  await queue.put(0);
  const first = queue.put(1);
  const late = assertRejects(
    () => queue.put(2, { timeout: 5 }),
    QueueFullError,
  );
  const given = new AbortController();
  const aborted = assertRejects(
    () => queue.put(3, { signal: given.signal }),
    RangeError,
  );
  const last = queue.put(4);
  given.abort(new RangeError());
  await Promise.all([late, aborted]);
  assertEquals([await queue.take(), await queue.take()], [0, 1]);
  await Promise.all([first, last]);
  assertEquals(await queue.take(), 4);
});

Deno.test("Queue.putSync() comes behind those of its thread that wait, and waits for them", async () => {
  const queue = new Queue<number>({ capacity: 2 });
  await queue.putMany([0, 1]);
  const order: unknown[] = [];
  const waiting = [2, 3].map((i) => note(order, `put ${i}`, queue.put(i)));
  assertEquals([queue.tryTake()?.value, queue.tryTake()?.value], [0, 1]);
  assertThrows(
    () => queue.putSync(4, { timeout: 5, onMain: true }),
    QueueFullError,
  );
  // Theirs are there by now, without a turn of the event loop.
  assertEquals([queue.tryTake()?.value, queue.tryTake()?.value], [2, 3]);
  queue.putSync(4, { onMain: true });
  await Promise.all(waiting);
  assertEquals([order, drain(queue)], [["put 2", "put 3"], [4]]);
});

Deno.test("Queue.putSync() that gives up leaves the line of its thread as it was", async () => {
  const queue = new Queue<number>({ capacity: 1 });
  await queue.put(0);
  const waiting = [1, 2, 3].map((i) => queue.put(i));
  assertThrows(
    () => queue.putSync(9, { timeout: 2, onMain: true }),
    QueueFullError,
  );
  for (let i = 0; i < 4; i++) assertEquals(await queue.take(), i);
  await Promise.all(waiting);
});

Deno.test("Queue.put() of large messages waits in pieces for room", async () => {
  const queue = new Queue<Uint8Array>({ capacityBytes: 2 ** 20 });
  const sizes = [600_000, 700_000, 10, 800_000];
  const waiting = sizes.map((size) => queue.put(new Uint8Array(size).fill(1)));
  for (const size of sizes) {
    const bytes = await queue.take();
    assertEquals([bytes.length, bytes[size - 1]], [size, 1]);
  }
  await Promise.all(waiting);
});

// -- For a message ------------------------------------------------------------

Deno.test("Queue.take() waits for a message, and those that wait are served in order", async () => {
  const queue = new Queue<number>();
  const order: unknown[] = [];
  const waiting = ["a", "b", "c"].map((one) => note(order, one, queue.take()));
  await queue.putMany([1, 2, 3]);
  assertEquals(queue.size, 0);
  await Promise.all(waiting);
  assertEquals(order, ["a=1", "b=2", "c=3"]);
});

Deno.test("Queue.tryTake() does not go before one who waits", async () => {
  const queue = new Queue<number>();
  const waiting = queue.take();
  await queue.put(1);
  assertEquals([queue.tryTake(), await waiting], [undefined, 1]);
});

Deno.test("Queue.take() that gives up gives its message to the next, in its place", async () => {
  const queue = new Queue<number>();
  const given = new AbortController();
  const aborted = assertRejects(
    () => queue.take({ signal: given.signal }),
    RangeError,
  );
  const late = assertRejects(
    () => queue.take({ timeout: 2 }),
    WaitTimeoutError,
  );
  const last = queue.take();
  given.abort(new RangeError());
  await Promise.all([aborted, late]);
  await queue.put(1);
  assertEquals([await last, queue.size], [1, 0]);
});

Deno.test("Queue.take() that was given its message has it, also when it is aborted right then", async () => {
  const queue = new Queue<number>();
  const given = new AbortController();
  const taking = queue.take({ signal: given.signal });
  queue.tryPut(1);
  given.abort(new RangeError());
  assertEquals(await taking, 1);
});

Deno.test("Queue.takeSync() goes before those of its thread that wait, who cannot go on", async () => {
  const queue = new Queue<number>();
  const waiting = queue.take();
  queue.tryPut(1);
  assertEquals(queue.takeSync({ onMain: true }), 1);
  queue.tryPut(2);
  assertEquals(await waiting, 2);
});

Deno.test("Queue serves more who wait on one thread than it has places for", async () => {
  const queue = new Queue<number>();
  const waiting = Array.from({ length: 600 }, () => queue.take());
  for (let i = 0; i < 600; i++) await queue.put(i);
  const taken = await Promise.all(waiting);
  assertEquals(taken.sort((a, b) => a - b), [...Array(600).keys()]);
});

Deno.test("Queue serves a thousand who wait for room, in order", async () => {
  const queue = new Queue<number>({ capacity: 3 });
  const waiting = Array.from({ length: 1_000 }, (_, i) => queue.put(i));
  for (let i = 0; i < 1_000; i++) assertEquals(await queue.take(), i);
  await Promise.all(waiting);
});

// -- Without room -------------------------------------------------------------

Deno.test("Queue with overflow 'fail' refuses at once, with the message", async () => {
  const queue = new Queue<number>({ capacity: 1, overflow: "fail" });
  await queue.put(1);
  const error = await assertRejects(() => queue.put(2), QueueFullError);
  assertEquals([error.unsent, error.capacity, error.code], [
    2,
    1,
    "TROUPE_QUEUE_FULL",
  ]);
  assertThrows(() => queue.putSync(2, { onMain: true }), QueueFullError);
  assertEquals([queue.tryPut(2), drain(queue)], [false, [1]]);
});

Deno.test("Queue with overflow 'dropNewest' keeps what it has", async () => {
  const queue = new Queue<number>({ capacity: 2, overflow: "dropNewest" });
  for (const i of [1, 2, 3, 4]) await queue.put(i);
  assertEquals([queue.tryPut(5), queue.dropped, queue.undone], [false, 3, 2]);
  assertEquals(drain(queue), [1, 2]);
});

Deno.test("Queue with overflow 'dropOldest' keeps what is new", async () => {
  const queue = new Queue<number>({ capacity: 2, overflow: "dropOldest" });
  for (const i of [1, 2, 3, 4]) await queue.put(i);
  assertEquals([queue.tryPut(5), queue.dropped, queue.undone], [true, 3, 2]);
  assertEquals(drain(queue), [4, 5]);
});

Deno.test("Queue of one with 'dropOldest' has the latest alone", async () => {
  const queue = new Queue<number>({ capacity: 1, overflow: "dropOldest" });
  for (let i = 0; i < 100; i++) assert(queue.tryPut(i));
  assertEquals([drain(queue), queue.dropped], [[99], 99]);
  const waiting = queue.take();
  await queue.put(1);
  assertEquals([await waiting, queue.dropped], [1, 99]);
});

Deno.test("Queue drops as many of the oldest as a large message needs the bytes of", async () => {
  const queue = new Queue<unknown>({
    capacity: 1_000,
    capacityBytes: 16_384,
    overflow: "dropOldest",
  });
  for (let i = 0; i < 300; i++) await queue.put(i);
  assertEquals(queue.dropped, 0);
  await queue.put(new Uint8Array(16_000));
  assertEquals(queue.size, 1);
  assertEquals([queue.dropped, queue.undone], [300, 1]);
});

Deno.test("Queue that drops needs nothing of the depot for what was dropped", async () => {
  const queue = new Queue<unknown>({ capacity: 1, overflow: "dropOldest" });
  const cells = new Int32Array(new SharedArrayBuffer(4));
  for (let i = 0; i < 3; i++) await queue.put(cells);
  assertEquals((await queue.take() as Int32Array).length, 1);
});

for (const overflow of ["fail", "dropNewest", "dropOldest"] as const) {
  Deno.test(`Queue with overflow '${overflow}' gives a message to who waits`, async () => {
    const queue = new Queue<number>({ capacity: 1, overflow });
    const waiting = [queue.take(), queue.take()];
    await queue.put(1);
    await queue.put(2);
    assertEquals([await Promise.all(waiting), queue.dropped], [[1, 2], 0]);
  });
}

// -- Handed over --------------------------------------------------------------

Deno.test("Queue of 0 hands a message over: put() is over when it was taken", async () => {
  const queue = new Queue<number>({ capacity: 0 });
  const order: unknown[] = [];
  const putting = note(order, "put", queue.put(1));
  await turn();
  assertEquals([order, queue.size, queue.empty, queue.full], [
    [],
    0,
    true,
    true,
  ]);
  assertEquals(await queue.take(), 1);
  await putting;
});

Deno.test("Queue of 0 hands over to one who waits already", async () => {
  const queue = new Queue<number>({ capacity: 0 });
  assertEquals(queue.tryPut(1), false);
  const taking = queue.take();
  assertEquals([queue.tryPut(2), await taking], [true, 2]);
  const again = queue.take();
  await queue.put(3);
  assertEquals(await again, 3);
});

Deno.test("Queue of 0 hands over in order, to tryTake() too", async () => {
  const queue = new Queue<number>({ capacity: 0 });
  const order: unknown[] = [];
  const putting = [1, 2, 3].map((i) => note(order, `${i}`, queue.put(i)));
  const taken: number[] = [];
  while (taken.length < 3) {
    const next = queue.tryTake();
    if (next) taken.push(next.value);
    else await turn();
  }
  await Promise.all(putting);
  assertEquals([taken, order], [[1, 2, 3], ["1", "2", "3"]]);
});

Deno.test("Queue of 0 forgets the message of who gives up", async () => {
  const queue = new Queue<number>({ capacity: 0 });
  const error = await assertRejects(
    () => queue.put(1, { timeout: 2 }),
    QueueFullError,
  );
  assertEquals([error.unsent, queue.tryTake(), queue.undone], [
    1,
    undefined,
    0,
  ]);
  const given = new AbortController();
  const aborted = assertRejects(
    () => queue.put(2, { signal: given.signal }),
    RangeError,
  );
  given.abort(new RangeError());
  await aborted;
  const next = queue.put(3);
  assertEquals(await queue.take(), 3);
  await next;
});

Deno.test("Queue of 0 that is closed refuses what nobody has taken", async () => {
  const queue = new Queue<number>({ capacity: 0 });
  const offered = [1, 2].map((i) =>
    assertRejects(() => queue.put(i), QueueClosedError)
  );
  queue.close();
  const errors = await Promise.all(offered);
  assertEquals(errors.map(({ unsent }) => unsent), [1, 2]);
  await assertRejects(() => queue.take(), QueueClosedError);
  assertEquals(queue.undone, 0);
});

// -- By priority --------------------------------------------------------------

Deno.test("Queue with priorities gives the greatest first, and equal ones in order", async () => {
  const queue = new Queue<string>({ priority: true });
  const puts = [["b", 1], ["d", -5], ["a", 2.5], ["c", 0], ["B", 1], [
    "z",
    -Infinity,
  ]] as const;
  for (const [value, priority] of puts) await queue.put(value, { priority });
  await queue.put("C");
  assertEquals(queue.peek(), { value: "a" });
  assertEquals(drain(queue), ["a", "b", "B", "c", "C", "d", "z"]);
});

Deno.test("Queue with priorities sorts a thousand as a sort does", async () => {
  const queue = new Queue<number>({ priority: true, capacityBytes: 2 ** 17 });
  const values = Array.from({ length: 1_000 }, (_, i) => (i * 7_919) % 101);
  for (const value of values) await queue.put(value, { priority: value });
  assertEquals(drain(queue), values.toSorted((a, b) => b - a));
});

Deno.test("Queue without priorities refuses one, and enqueues nothing", async () => {
  const queue = new Queue<Uint8Array>();
  const bytes = Uint8Array.of(1);
  const why = "'priority' must be 0 in a queue without priorities";
  for (const priority of [1, -1, Infinity]) {
    const error = await assertRejects(
      () => queue.put(bytes, { priority }),
      InvalidOptionError,
      why,
    );
    assertEquals([error.option, error.value], ["priority", priority]);
    assertEquals((error as unknown as { unsent: unknown }).unsent, bytes);
    assertThrows(() => queue.tryPut(bytes, { priority }), InvalidOptionError);
    await assertRejects(
      () => queue.putMany([bytes], { priority }),
      InvalidOptionError,
      why,
    );
    assertThrows(
      () => queue.putSync(bytes, { priority, onMain: true }),
      InvalidOptionError,
    );
    await assertRejects(
      () => queue.claim(1, { priority }),
      InvalidOptionError,
      why,
    );
  }
  assertEquals(queue.size, 0);
  await queue.put(bytes, { priority: 0 });
  assertEquals(queue.size, 1);
});

Deno.test("Queue with priorities gives who waits what comes, and bounds as any", async () => {
  const queue = new Queue<number>({ priority: true, capacity: 2 });
  const waiting = queue.take();
  await queue.put(1, { priority: 1 });
  assertEquals(await waiting, 1);
  await queue.put(2, { priority: 2 });
  await queue.put(3, { priority: 3 });
  assertEquals(queue.tryPut(4, { priority: 4 }), false);
  const behind = queue.put(5, { priority: 5 });
  assertEquals(await queue.take(), 3);
  await behind;
  assertEquals(drain(queue), [5, 2]);
});

// -- Acknowledged -------------------------------------------------------------

Deno.test("Queue with ack acknowledges the oldest taken first, and not more than were taken", async () => {
  const queue = new Queue<number>({ ack: true });
  await queue.putMany([1, 2, 3]);
  await queue.take();
  await queue.takeMany(2);
  queue.done(2);
  assertEquals([queue.undone, queue.size], [1, 0]);
  assertThrows(() => queue.done(2), Error, "current number is 1");
  queue.done();
  await queue.idle();
});

Deno.test("a loop over a Queue with ack acknowledges as it goes on", async () => {
  const queue = new Queue<number>({ ack: true });
  await queue.putMany([1, 2, 3, 4]);
  queue.close();
  for await (const value of queue) if (value % 2 === 0) queue.done();
  assertEquals(queue.undone, 0);
});

Deno.test("a loop over a Queue with ack that is left gives its message back, to the head", async () => {
  const queue = new Queue<number>({ ack: true });
  await queue.putMany([1, 2, 3]);
  for await (const value of queue) if (value === 2) break;
  assertEquals(queue.peek(), { value: 2 });
  await assertRejects(async () => {
    for await (const _ of queue) throw new TypeError("Not this one");
  }, TypeError);
  assertEquals([queue.size, queue.peek()], [2, { value: 2 }]);
});

Deno.test("Queue with ack gives back to the head what others have been taken behind", async () => {
  const queue = new Queue<number>({ ack: true });
  await queue.putMany([1, 2, 3, 4]);
  const [one, other] = [0, 1].map(() => queue[Symbol.asyncIterator]());
  assertEquals([(await one!.next()).value, (await other!.next()).value], [
    1,
    2,
  ]);
  assertEquals(queue.peek(), { value: 3 });
  await other!.return();
  assertEquals(queue.peek(), { value: 2 });
  await one!.return();
  assertEquals(await queue.takeMany(4), [1, 2, 3, 4]);
});

Deno.test("Queue with ack that is closed ends for who has not acknowledged", async () => {
  const queue = new Queue<number>({ ack: true });
  await queue.put(1);
  queue.close();
  await queue.take();
  await assertRejects(() => queue.take(), QueueClosedError);
  assertThrows(() => queue.tryTake(), QueueClosedError);
});

Deno.test("Queue with ack and priorities gives back to where it was", async () => {
  const queue = new Queue<string>({ ack: true, priority: true, capacity: 3 });
  await queue.put("low", { priority: 1 });
  await queue.put("high", { priority: 2 });
  for await (const value of queue) if (value === "high") break;
  await queue.put("same", { priority: 2 });
  assertEquals(drain(queue), ["high", "same", "low"]);
});

Deno.test("Queue with ack frees the bytes of what is acknowledged", async () => {
  const queue = new Queue<Uint8Array>({ ack: true, capacityBytes: 1024 });
  for (let i = 0; i < 100; i++) {
    await queue.put(new Uint8Array(300), { timeout: 0 });
    await queue.put(new Uint8Array(300), { timeout: 0 });
    await queue.takeMany(2);
    queue.done(2);
  }
});

Deno.test("Queue with ack keeps shared memory for one more until it is acknowledged", async () => {
  const queue = new Queue<unknown>({ ack: true });
  await queue.put(new Int32Array(new SharedArrayBuffer(8)));
  for await (const _ of queue) break;
  assertEquals((await queue.take() as Int32Array).length, 2);
  queue.done();
});

// -- One of several -----------------------------------------------------------

Deno.test("Queue tells who watches when there may be something, once, and reserves nothing", async () => {
  const queue = new Queue<number>();
  const side = queue[selectable];
  let woken = 0;
  const told = Promise.withResolvers<void>();
  side.watch(() => {
    woken++;
    told.resolve();
  });
  assertEquals([side.tryTake(), side.ended, woken], [undefined, false, 0]);
  await queue.putMany([1, 2]);
  await told.promise;
  assertEquals([side.tryTake(), woken], [{ value: 1 }, 1]);
  await new Promise<void>((resolve) => void side.watch(resolve));
  assertEquals(side.tryTake(), { value: 2 });
});

Deno.test("Queue tells who watches that it has ended", async () => {
  const queue = new Queue<number>();
  const told = new Promise<void>((resolve) =>
    void queue[selectable].watch(resolve)
  );
  queue.close();
  await told;
  assertEquals([queue[selectable].ended, queue[selectable].tryTake()], [
    true,
    undefined,
  ]);
});

Deno.test("Queue does not tell who watches no more", async () => {
  const queue = new Queue<number>();
  queue[selectable].watch(() => {
    throw new Error("It was taken back");
  })();
  await queue.put(1);
  await turn();
  assertEquals(queue.size, 1);
});
