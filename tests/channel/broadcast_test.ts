import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  broadcast,
  channel,
  DataCloneError,
  EndInUseError,
  InvalidOptionError,
  MainThreadWaitError,
  merge,
  MessageOverCapacityError,
  Mutex,
  pipeTo,
  Queue,
  QueueClosedError,
  QueueFullError,
  select,
  type Subscription,
  SubscriptionLimitError,
  WaitTimeoutError,
} from "../../mod.ts";
import { Broadcast } from "../../src/channel/broadcast.ts";
import { encode } from "../../src/memory/encode.ts";
import { portable } from "../../src/memory/portable.ts";

const turn = (): Promise<void> => new Promise((done) => setTimeout(done));

function drain<T>(subscription: Subscription<T>): T[] {
  const all: T[] = [];
  while (subscription.pending) all.push(subscription.tryReceive()!.value);
  return all;
}

// -- What is received ---------------------------------------------------------

Deno.test("Broadcast gives every subscriber every message, in order", async () => {
  using to = broadcast<string>();
  const all = [to.subscribe(), to.subscribe(), to.subscribe()];
  for (const text of ["a", "b", "c"]) await to.publish(text);
  for (const one of all) assertEquals(drain(one), ["a", "b", "c"]);
  assertEquals(to.size, 0);
});

Deno.test("Broadcast gives a subscriber what is published after it has subscribed", async () => {
  using to = broadcast<number>();
  await to.publish(1);
  using first = to.subscribe();
  await to.publish(2);
  using second = to.subscribe();
  await to.publish(3);
  assertEquals([drain(first), drain(second)], [[2, 3], [3]]);
});

Deno.test("Broadcast that nobody subscribes to keeps nothing, and never waits", async () => {
  using to = broadcast<number>({ capacity: 1 });
  for (let i = 0; i < 10; i++) await to.publish(i);
  assertEquals([to.size, to.subscribers, to.dropped], [0, 0, 0]);
});

Deno.test("Subscription.receive() waits for a message, and calls have theirs in order", async () => {
  using to = broadcast<number>();
  using one = to.subscribe();
  const waiting = [one.receive(), one.receive(), one.receive()];
  assertEquals(one.tryReceive(), undefined);
  await turn();
  for (let i = 0; i < 4; i++) await to.publish(i);
  assertEquals(await Promise.all(waiting), [0, 1, 2]);
  assertEquals(await one.receive(), 3);
});

Deno.test("Broadcast keeps a message until the slowest has received it", async () => {
  using to = broadcast<number>();
  using fast = to.subscribe();
  using slow = to.subscribe();
  for (let i = 0; i < 3; i++) await to.publish(i);
  drain(fast);
  assertEquals([to.size, fast.size, slow.size], [3, 0, 3]);
  slow.tryReceive();
  assertEquals([to.size, slow.size], [2, 2]);
});

Deno.test("Broadcast carries all kinds of values, and large ones", async () => {
  using to = broadcast<unknown>({ capacityBytes: 1 << 18 });
  using one = to.subscribe();
  const values = [
    undefined,
    null,
    0,
    "",
    { map: new Map([[1, new Set(["x"])]]) },
    new Uint8Array(100_000).fill(7),
    "long ".repeat(9_000),
  ];
  for (const value of values) {
    await to.publish(value);
    assertEquals(await one.receive(), value);
  }
});

Deno.test("Broadcast carries handles to every subscriber", async () => {
  using to = broadcast<{ lock: Mutex; note: string }>();
  const all = [to.subscribe(), to.subscribe()];
  const lock = new Mutex();
  await to.publish({ lock, note: "here" });
  for (const one of all) {
    const got = await one.receive();
    assert(got.lock === lock);
    assertEquals(got.note, "here");
  }
  assertEquals(to.size, 0);
});

Deno.test("Broadcast goes round its ring many times, with messages of all lengths", () => {
  for (const capacityBytes of [1_024, 1_032, 4_000]) {
    using to = broadcast<string>({ capacityBytes, capacity: 13 });
    const all = [to.subscribe(), to.subscribe()];
    const sent: string[] = [];
    const got: string[][] = [[], []];
    let seed = capacityBytes;
    const random = (n: number): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      // The low bits repeat soon.
      return (seed >>> 8) % n;
    };
    while (sent.length < 3_000) {
      const text = `${sent.length}`.padEnd(random(capacityBytes / 3), "-");
      if (to.tryPublish(text)) sent.push(text);
      const who = random(2);
      for (let n = random(4); n > 0; n--) {
        const taken = all[who]!.tryReceive();
        if (taken !== undefined) got[who]!.push(taken.value);
      }
    }
    all.forEach((one, who) => got[who]!.push(...drain(one)));
    assertEquals(got, [sent, sent], `${capacityBytes}`);
  }
});

Deno.test("Broadcast fills its ring to the last byte", async () => {
  using to = broadcast<Uint8Array>({ capacityBytes: 1_024, capacity: 9 });
  using one = to.subscribe();
  let length = 1_024;
  while (encode(new Uint8Array(length)).length > 1_024) length--;
  for (let i = 0; i < 3; i++) {
    assert(to.tryPublish(new Uint8Array(length).fill(i)));
    assert(!to.tryPublish(new Uint8Array(0)));
    assertEquals((await one.receive())[0], i);
  }
});

// -- Slow subscribers ---------------------------------------------------------

Deno.test("Broadcast that waits holds up who publishes until the slowest has room", async () => {
  using to = broadcast<number>({ capacity: 2 });
  using fast = to.subscribe();
  using slow = to.subscribe();
  await to.publish(1);
  await to.publish(2);
  assert(!to.tryPublish(3));
  let published = false;
  const third = to.publish(3).then(() => published = true);
  drain(fast);
  await turn();
  assertEquals([published, fast.size], [false, 0]);
  slow.tryReceive();
  await third;
  assertEquals([drain(fast), drain(slow), slow.lag], [[3], [2, 3], 0]);
});

Deno.test("Broadcast that waits publishes in the order of the calls", async () => {
  using to = broadcast<number>({ capacity: 1 });
  using one = to.subscribe();
  // More than can wait in its memory.
  const numbers = Array.from({ length: 400 }, (_, i) => i);
  const all = numbers.map((i) => to.publish(i));
  const got = [];
  for (const _ of numbers) got.push(await one.receive());
  await Promise.all(all);
  assertEquals(got, numbers);
});

/** Keeps the program alive: it does not know of wake-ups from what stands for another thread. */
function alive(): Disposable {
  const timer = setInterval(() => {}, 1_000);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** The broadcast as another thread has it. */
function elsewhere<T>(to: Broadcast<T>): Broadcast<T> {
  const { data } = (to as unknown as {
    [portable](): { data: SharedArrayBuffer };
  })[portable]();
  return new Broadcast<T>(data);
}

Deno.test("Broadcast that waits lets nobody pass who waits for more room", async () => {
  using _alive = alive();
  using to = broadcast<string>({ capacityBytes: 1_024 });
  using one = to.subscribe();
  const other = elsewhere(to);
  await to.publish("a".repeat(600));
  const large = to.publish("b".repeat(600));
  const small = other.publish("c");
  assert(!other.tryPublish("d"));
  await turn();
  assertEquals(one.size, 1);
  await one.receive();
  await Promise.all([large, small]);
  assertEquals(drain(one).map((text) => text[0]), ["b", "c"]);
});

Deno.test("Broadcast that waits lets all publish for whom there is room", async () => {
  using _alive = alive();
  using to = broadcast<string>({ capacityBytes: 1_024 });
  using one = to.subscribe();
  await to.publish("a".repeat(1_000));
  const all = [to, elsewhere(to), elsewhere(to)].map((from, i) =>
    from.publish(`${i}`.repeat(100))
  );
  await turn();
  await one.receive();
  await Promise.all(all);
  assertEquals(drain(one).map((text) => text[0]), ["0", "1", "2"]);
});

Deno.test("Broadcast that waits calls the next one when who waited has given up", async () => {
  using _alive = alive();
  using to = broadcast<string>({ capacityBytes: 1_024 });
  using one = to.subscribe();
  await to.publish("a".repeat(600));
  const large = assertRejects(
    () => to.publish("b".repeat(600), { timeout: 5 }),
    QueueFullError,
  );
  const small = elsewhere(to).publish("c");
  await large;
  await small;
  assertEquals(drain(one).map((text) => text[0]), ["a", "c"]);
});

Deno.test("Broadcast that waits goes on when the slow one closes", async () => {
  using to = broadcast<number>({ capacity: 1 });
  const slow = to.subscribe();
  await to.publish(1);
  const second = to.publish(2);
  await turn();
  slow.close();
  await second;
  assertEquals([to.subscribers, to.size], [0, 0]);
});

Deno.test("Broadcast that drops the oldest never waits, and each subscriber knows what it missed", async () => {
  using to = broadcast<number>({ capacity: 3, overflow: "dropOldest" });
  using fast = to.subscribe();
  using slow = to.subscribe();
  const got = [];
  for (let i = 0; i < 10; i++) {
    await to.publish(i);
    got.push(await fast.receive());
  }
  assertEquals([got.length, fast.lag], [10, 0]);
  assertEquals([slow.lag, drain(slow), slow.lag], [7, [7, 8, 9], 7]);
  await to.publish(10);
  assertEquals([drain(slow), slow.lag], [[10], 7]);
});

Deno.test("Broadcast that drops the oldest makes room for a large message", async () => {
  using to = broadcast<string>({
    capacityBytes: 1_024,
    overflow: "dropOldest",
  });
  using one = to.subscribe();
  for (let i = 0; i < 20; i++) await to.publish(`${i}`);
  await to.publish("x".repeat(900));
  assertEquals(drain(one).at(-1)!.length, 900);
  assert(one.lag >= 16, `${one.lag}`);
});

Deno.test("Broadcast that drops the newest gives it to nobody, and all know", async () => {
  using to = broadcast<number>({ capacity: 2, overflow: "dropNewest" });
  using fast = to.subscribe();
  using slow = to.subscribe();
  for (let i = 0; i < 5; i++) {
    await to.publish(i);
    drain(fast);
  }
  assert(!to.tryPublish(5));
  using late = to.subscribe();
  assertEquals([fast.lag, slow.lag, late.lag, to.dropped], [4, 4, 0, 4]);
  assertEquals(drain(slow), [0, 1]);
  assert(to.tryPublish(6));
  assertEquals([drain(fast), drain(late)], [[6], [6]]);
});

Deno.test("Broadcast that drops leaves nothing of handles that were dropped", async () => {
  using to = broadcast<Mutex>({ capacity: 1, overflow: "dropOldest" });
  using one = to.subscribe();
  const locks = [new Mutex(), new Mutex(), new Mutex()];
  for (const lock of locks) await to.publish(lock);
  assert(await one.receive() === locks[2]);
  assertEquals(one.lag, 2);
});

// -- The end ------------------------------------------------------------------

Deno.test("Broadcast.close() drains: what was published is received, then the end", async () => {
  const to = broadcast<number>();
  const all = [to.subscribe(), to.subscribe()];
  for (let i = 0; i < 3; i++) await to.publish(i);
  to.close();
  to.close();
  assertEquals([to.closed, all[0]!.closed], [true, false]);
  for (const one of all) {
    assertEquals(await Array.fromAsync(one), [0, 1, 2]);
    assertEquals(one.closed, true);
    await assertRejects(() => one.receive(), QueueClosedError, "closed");
    assertThrows(() => one.tryReceive(), QueueClosedError, "closed");
  }
});

Deno.test("Broadcast.close() ends those that wait for a message", async () => {
  const to = broadcast<number>();
  const one = to.subscribe();
  const waiting = assertRejects(() => one.receive(), QueueClosedError);
  const looping = Array.fromAsync(to.subscribe());
  await turn();
  to.close();
  await waiting;
  assertEquals(await looping, []);
});

Deno.test("Broadcast.close() refuses those that wait for room, with their message", async () => {
  const to = broadcast<string>({ capacity: 1 });
  using one = to.subscribe();
  await to.publish("kept");
  const waiting = assertRejects(() => to.publish("late"), QueueClosedError);
  await turn();
  to.close();
  assertEquals((await waiting).unsent, "late");
  const after = await assertRejects(() => to.publish("x"), QueueClosedError);
  assertEquals(after.unsent, "x");
  assertThrows(() => to.tryPublish("y"), QueueClosedError);
  assertEquals(drain(one), ["kept"]);
});

Deno.test("Broadcast that is closed gives new subscribers the end", async () => {
  const to = broadcast<number>();
  to.close();
  assertEquals(await Array.fromAsync(to.subscribe()), []);
});

Deno.test("Subscription.close() ends its own waits, and leaves others alone", async () => {
  using to = broadcast<number>();
  const one = to.subscribe();
  using other = to.subscribe();
  const waiting = assertRejects(() => one.receive(), QueueClosedError);
  await turn();
  one.close();
  one.close();
  await waiting;
  await to.publish(1);
  assertEquals([one.size, one.closed, one.lag], [0, true, 0]);
  assertEquals([drain(other), to.subscribers], [[1], 1]);
  await assertRejects(() => one.receive(), QueueClosedError, "subscription");
});

Deno.test("Subscription.close() of the last one forgets all that is kept", async () => {
  using to = broadcast<number>();
  const one = to.subscribe();
  await to.publish(1);
  one.close();
  assertEquals(to.size, 0);
  using next = to.subscribe();
  await to.publish(2);
  assertEquals(drain(next), [2]);
});

// -- Waits --------------------------------------------------------------------

Deno.test("Subscription.receive() that is too late or aborted has taken nothing", async () => {
  using to = broadcast<number>();
  using one = to.subscribe();
  await assertRejects(() => one.receive({ timeout: 2 }), WaitTimeoutError);
  await assertRejects(() => one.receive({ timeout: 0 }), WaitTimeoutError);
  const stop = new AbortController();
  const waiting = one.receive({ signal: stop.signal });
  const behind = one.receive({ timeout: 5 });
  const next = one.receive();
  waiting.catch(() => {});
  stop.abort(new RangeError("stop"));
  await assertRejects(() => waiting, RangeError, "stop");
  await assertRejects(() => behind, WaitTimeoutError);
  await to.publish(1);
  assertEquals(await next, 1);
});

Deno.test("Broadcast.publish() that is too late or aborted reaches nobody", async () => {
  using to = broadcast<number>({ capacity: 1 });
  using one = to.subscribe();
  await to.publish(1);
  const late = await assertRejects(
    () => to.publish(2, { timeout: 2 }),
    QueueFullError,
  );
  assertEquals([late.unsent, late.capacity], [2, 1]);
  const stop = new AbortController();
  const aborted = to.publish(3, { signal: stop.signal });
  const behind = to.publish(4);
  aborted.catch(() => {});
  await turn();
  stop.abort(new RangeError("stop"));
  await assertRejects(() => aborted, RangeError, "stop");
  assertEquals([await one.receive(), await one.receive()], [1, 4]);
  await behind;
});

Deno.test("Broadcast blocks the main thread only when it is told to", () => {
  using to = broadcast<number>({ capacity: 1 });
  using one = to.subscribe();
  assertThrows(() => one.receiveSync(), MainThreadWaitError);
  assertThrows(() => to.publishSync(1), MainThreadWaitError);
  to.publishSync(1, { onMain: true });
  assertEquals(one.receiveSync({ onMain: true }), 1);
  assertThrows(
    () => one.receiveSync({ onMain: true, timeout: 2 }),
    WaitTimeoutError,
  );
  to.publishSync(2, { onMain: true });
  assertThrows(
    () => to.publishSync(3, { onMain: true, timeout: 2 }),
    QueueFullError,
  );
  assertEquals(drain(one), [2]);
});

Deno.test("Broadcast refuses to block while promises of the thread wait", async () => {
  using to = broadcast<number>({ capacity: 1 });
  using one = to.subscribe();
  const waiting = one.receive();
  assertThrows(() => one.receiveSync({ onMain: true }), EndInUseError);
  await to.publish(1);
  await waiting;
  await to.publish(2);
  const third = to.publish(3);
  assertThrows(() => to.publishSync(4, { onMain: true }), EndInUseError);
  assert(!to.tryPublish(4));
  assertEquals([await one.receive(), await one.receive()], [2, 3]);
  await third;
});

// -- One of several -----------------------------------------------------------

Deno.test("select() takes from subscriptions, and is told of their end", async () => {
  const to = broadcast<number>();
  using one = to.subscribe();
  using queue = new Queue<string>();
  const hit = select({ queue, one });
  await turn();
  await to.publish(5);
  assertEquals(await hit, { key: "one", ended: false, value: 5 });
  const end = select({ queue, one });
  await turn();
  to.close();
  assertEquals(await end, { key: "one", ended: true });
});

Deno.test("select() that is aborted leaves a subscription as it was", async () => {
  using to = broadcast<number>({ capacity: 1 });
  using one = to.subscribe();
  for (let i = 0; i < 300; i++) {
    assertEquals(await select([one], { timeout: 0 }), undefined);
  }
  await to.publish(1);
  assertEquals(one.size, 1);
});

Deno.test("merge() and pipeTo() lead into and out of broadcasts", async () => {
  const source = new Queue<number>();
  for (const n of [1, 2, 3]) await source.put(n);
  source.close();
  const to = broadcast<number>();
  const [a, b] = [to.subscribe(), to.subscribe()];
  assertEquals(await pipeTo(source, to), 3);
  const { tx, rx } = channel<number>();
  const count = pipeTo(merge(a, b), tx);
  assertEquals((await Array.fromAsync(rx)).toSorted(), [1, 1, 2, 2, 3, 3]);
  assertEquals(await count, 6);
});

// -- Bad input ----------------------------------------------------------------

Deno.test("broadcast() refuses options out of their bounds", () => {
  const bad: [string, unknown][] = [
    ["capacity", 0],
    ["capacity", 1.5],
    ["capacity", 2 ** 17],
    ["capacityBytes", 1_023],
    ["capacityBytes", "1024"],
    ["overflow", "fail"],
    ["size", 1],
  ];
  for (const [option, value] of bad) {
    const error = assertThrows(
      () => broadcast({ [option]: value }),
      InvalidOptionError,
      `'${option}'`,
    );
    assertEquals(error.option, option);
  }
  assertThrows(() => broadcast(null as never), InvalidOptionError, "object");
});

Deno.test("a wait for a broadcast, and of select(), refuses an option that there is not", async () => {
  using all = broadcast<number>();
  using one = all.subscribe();
  const misspelt = { timeoutMs: 3 } as never;
  const waits = [
    () => one.receive(misspelt),
    () => select([one], misspelt),
    () => all.publish(1, misspelt),
  ];
  for (const wait of waits) {
    await assertRejects(wait, InvalidOptionError, "'timeoutMs'");
  }
  assertEquals(one.tryReceive(), undefined);
});

Deno.test("Broadcast.publish() refuses what cannot be sent, and nobody gets it", async () => {
  using to = broadcast<unknown>({ capacityBytes: 1_024 });
  using one = to.subscribe();
  await assertRejects(() => to.publish(() => {}), DataCloneError);
  const error = await assertRejects(
    () => to.publish("x".repeat(2_000)),
    MessageOverCapacityError,
  );
  assertEquals((error.unsent as string).length, 2_000);
  await assertRejects(
    () => to.publish(1, { timeout: -1 }),
    InvalidOptionError,
    "'timeout'",
  );
  await assertRejects(
    () => one.receive({ timeout: -1 }),
    InvalidOptionError,
    "'timeout'",
  );
  assertEquals(one.size, 0);
});

Deno.test("Broadcast.subscribe() refuses the 257th, and takes one when another has left", () => {
  using to = broadcast<number>();
  const all = Array.from({ length: 256 }, () => to.subscribe());
  const error = assertThrows(() => to.subscribe(), SubscriptionLimitError);
  assertEquals(error.limit, 256);
  all[100]!.close();
  to.subscribe();
  assertEquals(to.subscribers, 256);
});
