/** What a queue promises on one thread: order, capacity, close, size. */
import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  DataCloneError,
  InvalidOptionError,
  MainThreadWaitError,
  MessageOverCapacityError,
  OverDoneError,
  Queue,
  QueueClosedError,
  QueueFullError,
  type QueueOptions,
  WaitTimeoutError,
} from "../../mod.ts";

/** As many numbers, from 0. */
const numbers = (count: number): number[] => [...Array(count).keys()];

/** All that is in a queue, taken without a wait. */
function drain<T>(queue: Queue<T>): T[] {
  const taken: T[] = [];
  while (queue.size > 0) taken.push(queue.tryTake()!.value);
  return taken;
}

// -- Order --------------------------------------------------------------------

const WAYS: Readonly<
  Record<string, (queue: Queue<number>) => Promise<number>>
> = {
  "take()": (queue) => queue.take(),
  "take() with a timeout": (queue) => queue.take({ timeout: 1_000 }),
  "take() with a signal": (queue) =>
    queue.take({ signal: new AbortController().signal }),
  "takeSync()": (queue) => Promise.resolve(queue.takeSync({ onMain: true })),
  "tryTake()": (queue) => Promise.resolve(queue.tryTake()!.value),
  "takeMany(1)": async (queue) => (await queue.takeMany(1))[0]!,
};

for (const [name, take] of Object.entries(WAYS)) {
  Deno.test(`Queue.${name} takes in the order in which was put`, async () => {
    const queue = new Queue<number>();
    for (const i of numbers(10)) await queue.put(i);
    for (const i of numbers(10)) assertEquals(await take(queue), i);
    assertEquals(queue.size, 0);
  });
}

const PUTS: Readonly<
  Record<string, (queue: Queue<number>, value: number) => unknown>
> = {
  "put()": (queue, value) => queue.put(value),
  "putSync()": (queue, value) => queue.putSync(value, { onMain: true }),
  "tryPut()": (queue, value) => assert(queue.tryPut(value)),
  "putMany()": (queue, value) => queue.putMany([value]),
};

for (const [name, put] of Object.entries(PUTS)) {
  Deno.test(`Queue.${name} puts at the end`, async () => {
    const queue = new Queue<number>();
    await queue.put(-1);
    for (const i of numbers(10)) await put(queue, i);
    assertEquals(drain(queue), [-1, ...numbers(10)]);
  });
}

Deno.test("Queue keeps its order where the ring ends in the middle of it", async () => {
  const queue = new Queue<Uint8Array>({ capacityBytes: 1024 });
  let put = 0;
  let taken = 0;
  for (
    const length of [3, 100, 211, 8, 0, 401, 64, 99].flatMap((n) => [n, n + 1])
  ) {
    for (let round = 0; round < 20; round++) {
      while (queue.tryPut(new Uint8Array(length).fill(put))) put++;
      const count = 1 + (round % 3);
      for (let i = 0; i < count && queue.size > 0; i++) {
        const { value } = queue.tryTake()!;
        assert(value.every((byte) => byte === (taken & 255)));
        taken++;
      }
    }
    while (queue.size > 0) {
      await queue.take();
      taken++;
    }
  }
  assertEquals(put, taken);
});

Deno.test("Queue keeps its order over a million positions of its ring", () => {
  const queue = new Queue<number>({ capacityBytes: 1024 });
  for (let i = 0; i < 60_000; i += 3) {
    for (let n = 0; n < 3; n++) assert(queue.tryPut(i + n));
    for (let n = 0; n < 3; n++) assertEquals(queue.tryTake()!.value, i + n);
  }
});

Deno.test("Queue.putMany() puts in order, more than there is room for at once", async () => {
  const queue = new Queue<number>({ capacity: 10 });
  const putting = queue.putMany(numbers(100));
  const taken: number[] = [];
  while (taken.length < 100) taken.push(...await queue.takeMany(7));
  await putting;
  assertEquals(taken, numbers(100));
});

Deno.test("Queue.putMany() takes any iterable, and nothing of an empty one", async () => {
  const queue = new Queue<string>();
  await queue.putMany(new Set(["a", "b"]));
  await queue.putMany([]);
  assertEquals(drain(queue), ["a", "b"]);
});

Deno.test("Queue.putMany() puts what comes before one that cannot be sent", async () => {
  const queue = new Queue<unknown>();
  const values = [1, 2, () => 3, 4];
  await assertRejects(() => queue.putMany(values), DataCloneError);
  assertEquals(drain(queue), [1, 2]);
});

Deno.test("Queue.putMany() that finds no room says which are not put", async () => {
  const queue = new Queue<number>({ capacity: 2 });
  const error = await assertRejects(
    () => queue.putMany([1, 2, 3, 4], { timeout: 0 }),
    QueueFullError,
  );
  assertEquals([error.unsent, drain(queue)], [[3, 4], [1, 2]]);
});

Deno.test("Queue.putMany() of a queue that is closed meanwhile says which are not put", async () => {
  const queue = new Queue<number>({ capacity: 2 });
  const closed = assertRejects(
    () => queue.putMany([1, 2, 3, 4]),
    QueueClosedError,
  );
  queue.close();
  assertEquals([(await closed).unsent, drain(queue)], [[3, 4], [1, 2]]);
});

Deno.test("Queue.putMany() puts large messages too", async () => {
  const queue = new Queue<Uint8Array>();
  const sizes = [10, 40_000, 20_000, 20_000, 5, 100_000];
  await queue.putMany(sizes.map((size) => new Uint8Array(size)));
  assertEquals(drain(queue).map(({ length }) => length), sizes);
});

Deno.test("Queue.takeMany() takes what is there, at most so many, and waits for the first alone", async () => {
  const queue = new Queue<number>();
  await queue.putMany(numbers(200));
  assertEquals(await queue.takeMany(3), [0, 1, 2]);
  assertEquals((await queue.takeMany(150)).length, 150);
  assertEquals((await queue.takeMany(1_000)).length, 47);
  const waiting = queue.takeMany(5);
  await queue.putMany([1, 2, 3]);
  const first = await waiting;
  assertEquals([...first, ...drain(queue)], [1, 2, 3]);
});

Deno.test("Queue.takeMany() rejects as take() does", async () => {
  const queue = new Queue<number>();
  await assertRejects(() => queue.takeMany(0), InvalidOptionError, "'most'");
  await assertRejects(() => queue.takeMany(1.5), InvalidOptionError);
  await assertRejects(
    () => queue.takeMany(1, { timeout: 0 }),
    WaitTimeoutError,
  );
  queue.close();
  await assertRejects(() => queue.takeMany(1), QueueClosedError);
});

// -- Size ---------------------------------------------------------------------

for (const capacity of [1, 2, 3, 64, 1_048_576]) {
  Deno.test(`Queue of ${capacity} says how much is in it`, async () => {
    const queue = new Queue<number>({ capacity });
    assertEquals([queue.capacity, queue.size, queue.empty, queue.full], [
      capacity,
      0,
      true,
      false,
    ]);
    const count = Math.min(capacity, 100);
    for (const i of numbers(count)) {
      await queue.put(i);
      assertEquals([queue.size, queue.empty, queue.full], [
        i + 1,
        false,
        i + 1 === capacity,
      ]);
    }
    assertEquals(queue.tryPut(-1), count < capacity);
  });
}

Deno.test("Queue is full by bytes before it is by number", async () => {
  const queue = new Queue<Uint8Array>({ capacityBytes: 1024, capacity: 100 });
  let count = 0;
  while (queue.tryPut(new Uint8Array(200))) count++;
  assertEquals(count, 4);
  assertEquals([queue.size, queue.full], [4, false]);
  const waiting = queue.put(new Uint8Array(200));
  await queue.take();
  await waiting;
  assertEquals(queue.size, 4);
});

Deno.test("Queue takes a message as large as its bytes, and refuses a larger one with it", async () => {
  const queue = new Queue<Uint8Array>({ capacityBytes: 65_536 });
  const error = assertThrows(
    () => queue.tryPut(new Uint8Array(65_536)),
    MessageOverCapacityError,
  );
  assertEquals([error.limit, (error.unsent as Uint8Array).length], [
    65_504,
    65_536,
  ]);
  assert(error.bytes > 65_536);
  const most = 65_504 - (error.bytes - 65_536);
  await assertRejects(
    () => queue.put(new Uint8Array(most + 8)),
    MessageOverCapacityError,
  );
  for (let i = 0; i < 3; i++) {
    await queue.put(new Uint8Array(most), { timeout: 0 });
    assertEquals((await queue.take()).length, most);
    await queue.put(new Uint8Array(i));
    await queue.take();
  }
});

// -- Close --------------------------------------------------------------------

Deno.test("Queue.close() lets what is there be taken, then every way of taking fails", async () => {
  const queue = new Queue<number>();
  await queue.put(1);
  queue.close();
  assertEquals([queue.closed, queue.size, await queue.take()], [true, 1, 1]);
  await assertRejects(() => queue.take(), QueueClosedError, "nothing is left");
  await assertRejects(() => queue.take({ timeout: 0 }), QueueClosedError);
  assertThrows(() => queue.tryTake(), QueueClosedError);
  assertThrows(() => queue.takeSync({ onMain: true }), QueueClosedError);
  assertEquals(queue.peek(), undefined);
});

Deno.test("Queue.close() makes every way of putting fail, with the message", async () => {
  const queue = new Queue<number>();
  queue.close();
  const errors = [
    await assertRejects(() => queue.put(1), QueueClosedError),
    assertThrows(() => queue.tryPut(1), QueueClosedError),
    assertThrows(() => queue.putSync(1, { onMain: true }), QueueClosedError),
  ];
  for (const { unsent, code } of errors) {
    assertEquals([unsent, code], [1, "TROUPE_QUEUE_CLOSED"]);
  }
  assertEquals(queue.size, 0);
});

Deno.test("Queue.close() ends those who wait for a message", async () => {
  const queue = new Queue<number>();
  const waiting = [1, 2, 3].map(() =>
    assertRejects(() => queue.take(), QueueClosedError)
  );
  queue.close();
  await Promise.all(waiting);
});

Deno.test("Queue.close() refuses those who wait for room, each with its message", async () => {
  const queue = new Queue<number>({ capacity: 1 });
  await queue.put(0);
  const waiting = [1, 2, 3].map((i) =>
    assertRejects(() => queue.put(i), QueueClosedError)
  );
  queue.close();
  const errors = await Promise.all(waiting);
  assertEquals(errors.map(({ unsent }) => unsent), [1, 2, 3]);
  assertEquals(drain(queue), [0]);
});

Deno.test("Queue.close() twice is once, and `using` closes", () => {
  const queue = new Queue<number>();
  {
    using same = queue;
    assertEquals(same.closed, false);
  }
  queue.close();
  assertEquals(queue.closed, true);
});

Deno.test("Queue.closed of a new one is false", () => {
  assertEquals(new Queue().closed, false);
});

// -- Loops --------------------------------------------------------------------

Deno.test("a loop over a Queue has all, and ends at the close", async () => {
  const queue = new Queue<number>();
  const taken: number[] = [];
  const loop = (async () => {
    for await (const value of queue) taken.push(value);
  })();
  for (const i of numbers(5)) await queue.put(i);
  queue.close();
  await loop;
  assertEquals(taken, numbers(5));
});

Deno.test("a loop over a Queue that is left leaves the rest", async () => {
  const queue = new Queue<number>();
  await queue.putMany(numbers(5));
  for await (const value of queue) if (value === 1) break;
  assertEquals(drain(queue), [2, 3, 4]);
});

Deno.test("two loops over a Queue share what is in it", async () => {
  const queue = new Queue<number>();
  const taken: number[] = [];
  const loop = async () => {
    let own = 0;
    for await (const value of queue) {
      taken.push(value);
      own++;
      await Promise.resolve();
    }
    return own;
  };
  const loops = [loop(), loop()];
  await queue.putMany(numbers(20));
  queue.close();
  const counts = await Promise.all(loops);
  assertEquals(taken, numbers(20));
  assert(counts.every((count) => count > 0));
});

Deno.test("a loop over a Queue that is closed and empty has no round", async () => {
  const queue = new Queue<number>();
  queue.close();
  for await (const _ of queue) throw new Error("There is nothing");
});

// -- Looking ------------------------------------------------------------------

Deno.test("Queue.peek() shows the next message and leaves it", async () => {
  const queue = new Queue<unknown>();
  assertEquals(queue.peek(), undefined);
  await queue.put({ a: [1] });
  await queue.put(undefined);
  assertEquals(queue.peek(), { value: { a: [1] } });
  assertEquals(queue.peek(), { value: { a: [1] } });
  assertEquals([queue.size, await queue.take()], [2, { a: [1] }]);
  assertEquals(queue.peek(), { value: undefined });
});

Deno.test("Queue.peek() shows a large message", async () => {
  const queue = new Queue<Uint8Array>();
  await queue.put(new Uint8Array(50_000).fill(3));
  assertEquals(queue.peek()?.value.length, 50_000);
  assertEquals((await queue.take())[49_999], 3);
});

// -- Done ---------------------------------------------------------------------

Deno.test("Queue.done() counts down what was taken", async () => {
  const queue = new Queue<number>();
  await queue.putMany(numbers(5));
  assertEquals(queue.undone, 5);
  await queue.takeMany(3);
  queue.done();
  queue.done(2);
  assertEquals(queue.undone, 2);
  assertThrows(() => queue.done(), OverDoneError, "current number is 0");
  for (const n of [0, -1, 1.5, NaN]) {
    assertThrows(() => queue.done(n), InvalidOptionError, "'n'");
  }
});

Deno.test("Queue.idle() waits for done(), also of what is put meanwhile", async () => {
  const queue = new Queue<number>();
  await queue.put(1);
  let idle = false;
  const waiting = queue.idle().then(() => idle = true);
  await queue.put(2);
  await queue.takeMany(2);
  queue.done();
  await Promise.resolve();
  assertEquals(idle, false);
  queue.done();
  await waiting;
  queue.idleSync({ onMain: true });
});

Deno.test("Queue.idle() gives up in time and by its signal", async () => {
  const queue = new Queue<number>();
  await queue.put(1);
  await assertRejects(() => queue.idle({ timeout: 1 }), WaitTimeoutError);
  assertThrows(
    () => queue.idleSync({ timeout: 1, onMain: true }),
    WaitTimeoutError,
  );
  const given = new AbortController();
  const aborted = assertRejects(
    () => queue.idle({ signal: given.signal }),
    RangeError,
  );
  given.abort(new RangeError());
  await aborted;
});

Deno.test("Queue.idle() of a queue whose messages were dropped does not wait for those", async () => {
  const queue = new Queue<number>({ capacity: 1, overflow: "dropOldest" });
  await queue.putMany([1, 2, 3]);
  assertEquals([queue.undone, queue.dropped], [1, 2]);
  await queue.take();
  queue.done();
  await queue.idle();
});

// -- Bad input ----------------------------------------------------------------

const WRONG: readonly [QueueOptions, string][] = [
  [{ capacity: -1 }, "capacity"],
  [{ capacity: 1.5 }, "capacity"],
  [{ capacity: NaN }, "capacity"],
  [{ capacity: 2 ** 20 + 1 }, "capacity"],
  [{ capacityBytes: 1023 }, "capacityBytes"],
  [{ capacityBytes: 2 ** 30 + 1 }, "capacityBytes"],
  [{ overflow: "drop" as "wait" }, "overflow"],
  [{ overflow: "toString" as "wait" }, "overflow"],
  [{ ack: 1 as unknown as boolean }, "ack"],
  [{ priority: "high" as unknown as boolean }, "priority"],
  [{ priority: true, overflow: "dropOldest" }, "overflow"],
  [{ priority: true, capacity: 0 }, "capacity"],
  [{ size: 3 } as QueueOptions, "size"],
];

for (const [options, option] of WRONG) {
  Deno.test(`Queue refuses ${JSON.stringify(options)}`, () => {
    const error = assertThrows(() => new Queue(options), InvalidOptionError);
    assertEquals(error.option, option);
  });
}

Deno.test("Queue refuses waits that are none", async () => {
  const queue = new Queue<number>();
  const wrong = { timeout: -1 };
  await assertRejects(() => queue.put(1, wrong), InvalidOptionError);
  await assertRejects(() => queue.take(wrong), InvalidOptionError);
  await assertRejects(() => queue.idle(wrong), InvalidOptionError);
  await assertRejects(
    () => queue.put(1, { priority: NaN }),
    InvalidOptionError,
    "priority",
  );
  const signal = {} as AbortSignal;
  await assertRejects(() => queue.take({ signal }), InvalidOptionError);
  assertEquals(queue.size, 0);
});

Deno.test("Queue does not block the main thread unasked", () => {
  const queue = new Queue<number>();
  assertThrows(() => queue.takeSync(), MainThreadWaitError);
  assertThrows(() => queue.putSync(1), MainThreadWaitError);
  assertThrows(() => queue.idleSync(), MainThreadWaitError);
});

Deno.test("Queue.put() with a signal that is aborted puts nothing", async () => {
  const queue = new Queue<number>();
  const signal = AbortSignal.abort(new RangeError("Too late"));
  await assertRejects(() => queue.put(1, { signal }), RangeError);
  await assertRejects(() => queue.take({ signal }), RangeError);
  assertEquals(queue.size, 0);
});

// -- Values -------------------------------------------------------------------

const VALUES: Readonly<Record<string, unknown>> = {
  undefined: undefined,
  null: null,
  "a text": "ä€😀".repeat(30),
  "a big integer": 2n ** 80n,
  "a date": new Date(5),
  "a map of a set": new Map([[1, new Set(["x"])]]),
  "an array with a hole": Object.assign(new Array(3), { 2: 3 }),
  "a typed array": new Float32Array([1.5, -2]),
  "an error": new RangeError("Out"),
  "many bytes": new Uint8Array(300_000).fill(4),
};

for (const [name, value] of Object.entries(VALUES)) {
  Deno.test(`Queue carries ${name}`, async () => {
    const queue = new Queue<unknown>();
    await queue.put(value);
    assertEquals(await queue.take(), value);
    assertEquals(queue.tryPut(value), true);
    assertEquals(queue.tryTake(), { value });
  });
}

Deno.test("Queue carries a copy as it was when it was put", async () => {
  const queue = new Queue<number[]>({ capacity: 1 });
  const values = [1];
  await queue.put(values);
  const waiting = queue.put(values);
  values.push(2);
  assertEquals(await queue.take(), [1]);
  await waiting;
  assertEquals(await queue.take(), [1]);
});

Deno.test("Queue carries shared memory, and a queue that is the same object", async () => {
  const queue = new Queue<unknown>();
  const cells = new Int32Array(new SharedArrayBuffer(8));
  await queue.put(cells);
  const same = await queue.take() as Int32Array;
  same[1] = 7;
  assertEquals(cells[1], 7);
  const inner = new Queue<number>();
  await queue.put({ inner });
  assertEquals(queue.peek(), { value: { inner } });
  assertStrictEquals((await queue.take() as { inner: unknown }).inner, inner);
  await queue.put(inner);
  assertStrictEquals(queue.tryTake()?.value, inner);
});

Deno.test("Queue moves what is to be moved", async () => {
  const queue = new Queue<Uint8Array>();
  const bytes = new Uint8Array([1, 2]);
  await queue.put(bytes, { transfer: [bytes.buffer] });
  assertEquals(bytes.length, 0);
  assertEquals(await queue.take(), new Uint8Array([1, 2]));
});

Deno.test("Queue carries a port, and it works", async () => {
  const queue = new Queue<MessagePort>();
  const { port1, port2 } = new MessageChannel();
  await queue.put(port1, { transfer: [port1] });
  const port = await queue.take();
  const heard = Promise.withResolvers<unknown>();
  port2.onmessage = ({ data }) => heard.resolve(data);
  port.postMessage("hello");
  assertEquals(await heard.promise, "hello");
  port.close();
  port2.close();
});
