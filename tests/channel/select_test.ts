import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  after,
  channel,
  DataCloneError,
  every,
  InvalidOptionError,
  pipe,
  Queue,
  type Receiver,
  select,
  selectEach,
  sourceOf,
  struct,
  System,
} from "../../mod.ts";
import { ownLife } from "../../src/sync/lives.ts";
import { Monitor } from "../../src/sync/monitor.ts";
import { portable } from "../../src/memory/portable.ts";
import { sendTen } from "../parity/connection_tasks.ts";
import { until } from "../fixtures/until.ts";

/** How many places of a queue are in use. */
function watchersOf(queue: Queue<unknown>): number {
  const { data } = (queue as unknown as {
    [portable](): { data: SharedArrayBuffer };
  })[portable]();
  const monitor = new Monitor(data);
  return monitor.run(() => monitor.high);
}

const turn = (): Promise<void> => new Promise((done) => setTimeout(done));

async function filled<T>(...values: T[]): Promise<Queue<T>> {
  const queue = new Queue<T>();
  for (const value of values) await queue.put(value);
  return queue;
}

// -- What is chosen -----------------------------------------------------------

Deno.test("select() takes from the one queue that has something", async () => {
  using a = new Queue<number>();
  using b = await filled("b");
  const hit = await select([a, b]);
  assertEquals(hit, { key: 1, ended: false, value: "b" });
  assertEquals(b.size, 0);
});

Deno.test("select() takes one message, and leaves all others where they are", async () => {
  using a = await filled(1, 2);
  using b = await filled("x");
  await select({ a, b });
  assertEquals([a.size + b.size], [2]);
});

Deno.test("select() tells sources apart by name, with the type of each", async () => {
  using a = await filled(1);
  using b = new Queue<string>();
  const hit = await select({ a, b });
  if (hit.key === "a" && !hit.ended) {
    const value: number = hit.value;
    assertEquals(value, 1);
  } else if (!hit.ended) {
    const value: string = hit.value;
    throw new Error(value);
  }
});

Deno.test("select() waits for the first of several", async () => {
  using a = new Queue<number>();
  using b = new Queue<number>();
  const hit = select([a, b]);
  await turn();
  await b.put(7);
  assertEquals(await hit, { key: 1, ended: false, value: 7 });
});

Deno.test("select() receives from channels, pipes and channels of records", async () => {
  const { tx, rx } = channel<string>();
  const [here, there] = pipe<number>();
  const typed = channel(struct({ x: "f64" }));
  const sources = { rx, there, records: typed.rx };
  typed.tx.trySend({ x: 0.5 });
  assertEquals((await select(sources)).value, { x: 0.5 });
  const waiting = select(sources);
  await turn();
  await here.send(5);
  assertEquals(await waiting, { key: "there", ended: false, value: 5 });
  await tx.send("text");
  assertEquals(await select(sources), {
    key: "rx",
    ended: false,
    value: "text",
  });
  for (const end of [tx, rx, here, there, typed.tx, typed.rx]) end.close();
});

Deno.test("select() has the value of a promise, again and again", async () => { // CN29
  const exited = Promise.resolve("done");
  using queue = new Queue<number>();
  for (let i = 0; i < 2; i++) {
    assertEquals(await select({ queue, exited }), {
      key: "exited",
      ended: false,
      value: "done",
    });
  }
});

Deno.test("select() rejects with the reason of a promise that was rejected", async () => {
  using queue = new Queue<number>();
  const failed = Promise.reject(new RangeError("no"));
  await assertRejects(() => select([queue, failed]), RangeError, "no");
  assertEquals(watchersOf(queue), 0);
});

Deno.test("select() has the reason of a signal that it chooses from", async () => {
  const stop = new AbortController();
  using queue = new Queue<number>();
  const hit = select({ queue, stop: stop.signal });
  await turn();
  stop.abort("enough");
  assertEquals(await hit, { key: "stop", ended: false, value: "enough" });
  const again = await select({ queue, stop: stop.signal });
  assertEquals(again.value, "enough");
});

Deno.test("select() has after() once, and then its end", async () => {
  const late = after(3);
  using queue = new Queue<number>();
  assertEquals(await select({ queue, late }), {
    key: "late",
    ended: false,
    value: 1,
  });
  assertEquals(await select({ queue, late }), { key: "late", ended: true });
});

Deno.test("select() has after(0) at once, but first what is there", async () => {
  using queue = await filled(1);
  const first = await select({ queue, none: after(0) });
  const second = await select({ queue, none: after(0) });
  assertEquals([first.key, second.key], ["queue", "none"]);
});

Deno.test("every() counts its ticks and leaves those out that nobody took", async () => {
  const ticks = every(2);
  // Not 1 where the first call took longer than a tick.
  const { value: first } = await select([ticks]);
  assert(first! >= 1);
  const { value: second } = await select([ticks]);
  assert(second! > first!);
  const start = performance.now();
  while (performance.now() - start < 9);
  const { value: later } = await select([ticks]);
  assert(later! >= second! + 4, `${second} ${later}`);
});

Deno.test("after() and every() refuse what is no time", () => {
  for (const ms of [-1, NaN, "1" as never, undefined as never]) {
    assertThrows(() => after(ms), InvalidOptionError, "'ms'");
    assertThrows(() => every(ms), InvalidOptionError, "'ms'");
  }
  assertThrows(() => every(0), InvalidOptionError, "'ms'");
});

Deno.test("select() takes from a stream through sourceOf(), and loses nothing between calls", async () => { // CN27
  await using lines = sourceOf(ReadableStream.from(["one", "two"]));
  using queue = await filled(1);
  const seen = [];
  for (let i = 0; i < 4; i++) seen.push(await select({ queue, lines }));
  assertEquals(seen, [
    { key: "queue", ended: false, value: 1 },
    { key: "lines", ended: false, value: "one" },
    { key: "lines", ended: false, value: "two" },
    { key: "lines", ended: true },
  ]);
});

Deno.test("sourceOf() fails once with what the iteration fails with, and has ended then", async () => {
  const source = sourceOf(
    (async function* () {
      yield 1;
      await turn();
      throw new RangeError("broken");
    })(),
  );
  assertEquals((await select([source])).value, 1);
  await assertRejects(() => select([source]), RangeError, "broken");
  assertEquals(await select([source]), { key: 0, ended: true });
});

Deno.test("sourceOf().close() leaves the iteration, and wakes who waits", async () => {
  let left = false;
  const source = sourceOf(
    (async function* () {
      try {
        yield 1;
        yield 2;
      } finally {
        left = true;
      }
    })(),
  );
  await select([source]);
  await source.close();
  assertEquals([left, (await select([source])).ended], [true, true]);
});

// -- Ends ---------------------------------------------------------------------

Deno.test("select() tells that a queue has ended, when it is drained", async () => {
  const a = await filled(1);
  using b = new Queue<number>();
  a.close();
  assertEquals((await select([a, b])).value, 1);
  assertEquals(await select([a, b]), { key: 0, ended: true });
  assertEquals(await select([a, b]), { key: 0, ended: true });
});

Deno.test("select() that waits is told when a queue is closed", async () => {
  const a = new Queue<number>();
  const hit = select([a]);
  await turn();
  a.close();
  assertEquals(await hit, { key: 0, ended: true });
});

Deno.test("select() that waits is told when the other end of a channel is closed", async () => {
  const { tx, rx } = channel<number>();
  using queue = new Queue<number>();
  const hit = select({ queue, rx });
  await turn();
  tx.close();
  assertEquals(await hit, { key: "rx", ended: true });
});

Deno.test("selectEach() tells each end once, and ends with the last", async () => { // CN26
  const queues = { a: await filled(1, 2), b: await filled(3) };
  for (const queue of Object.values(queues)) queue.close();
  const seen: string[] = [];
  for await (const { key, ended, value } of selectEach(queues)) {
    seen.push(`${key}${ended ? "." : value}`);
  }
  assertEquals(seen.toSorted(), ["a.", "a1", "a2", "b.", "b3"]);
  assertEquals(seen.filter((one) => one.startsWith("a")), ["a1", "a2", "a."]);
});

Deno.test("selectEach() has all that four workers send, and each end once", async () => { // CN26
  await using system = new System({ spares: 4 });
  const ends: Receiver<number>[] = [];
  const jobs = [];
  for (let who = 0; who < 4; who++) {
    const { tx, rx } = channel<number>();
    ends.push(rx);
    jobs.push(system.run(sendTen, [tx, who]));
  }
  const got: number[][] = [[], [], [], []];
  const ended: number[] = [];
  for await (const hit of selectEach(ends)) {
    if (hit.ended) ended.push(hit.key);
    else got[hit.key]!.push(hit.value);
  }
  await Promise.all(jobs);
  assertEquals(ended.sort(), [0, 1, 2, 3]);
  assertEquals(
    got,
    [0, 1, 2, 3].map((who) =>
      Array.from({ length: 10 }, (_, i) => who * 100 + i)
    ),
  );
});

Deno.test("selectEach() has a promise and a signal once, and after() with its end", async () => {
  const sources = {
    promise: Promise.resolve(1),
    signal: AbortSignal.abort("x"),
    late: after(1),
  };
  const seen = [];
  for await (const hit of selectEach(sources)) seen.push([hit.key, hit.ended]);
  assertEquals(seen.toSorted(), [
    ["late", false],
    ["late", true],
    ["promise", false],
    ["signal", false],
  ]);
});

// -- Time ---------------------------------------------------------------------

Deno.test("select() has nothing when the time is over", async () => { // CN28
  const [a, b] = [new Queue<number>(), new Queue<number>()];
  const start = performance.now();
  assertEquals(await select([a, b], { timeout: 20 }), undefined);
  assert(performance.now() - start >= 19);
  assertEquals([watchersOf(a), watchersOf(b)], [0, 0]);
});

Deno.test("select() with a timeout has exactly the one that is ready", async () => { // CN28
  const a = new Queue<number>();
  const b = await filled("b");
  const hit = await select([a, b], { timeout: 10_000 });
  assertEquals(hit, { key: 1, ended: false, value: "b" });
});

Deno.test("select() returns at once when the timeout is 0 or less", async () => { // CN30
  const a = new Queue<number>();
  for (const timeout of [0, -1, -Infinity]) {
    assertEquals(await select([a], { timeout }), undefined);
  }
  await a.put(1);
  assertEquals((await select([a], { timeout: -5 }))?.value, 1);
  assertEquals(watchersOf(a), 0);
});

Deno.test("select() without waiting knows of promises that are settled", async () => { // CN29
  const exits = [new Promise<number>(() => {}), Promise.resolve(4)];
  assertEquals(await select(exits, { timeout: 0 }), {
    key: 1,
    ended: false,
    value: 4,
  });
});

Deno.test("select() of an exit and an end has those that are ready, and the exit stays ready", async () => { // CN29
  await using system = new System({ spares: 1 });
  const { tx, rx } = channel<number>();
  const job = system.run(sendTen, [tx, 0]);
  const { exited } = job;
  const keys = new Set<string>();
  for (let got = 0; got < 10;) {
    const hit = await select({ rx, exited });
    keys.add(hit.key);
    if (hit.key === "rx" && !hit.ended) got++;
  }
  await exited;
  const last = [];
  for (let i = 0; i < 4; i++) last.push((await select({ rx, exited })).key);
  assertEquals(last.toSorted(), ["exited", "exited", "rx", "rx"]);
});

Deno.test("select() takes what comes in the last moment", async () => {
  const a = new Queue<number>();
  for (let i = 0; i < 20; i++) {
    const hit = select([a], { timeout: 2 });
    const put = new Promise((done) => setTimeout(done, 2)).then(() => a.put(i));
    const got = (await hit)?.value;
    await put;
    // It has it, or it is in the queue still: never neither.
    assertEquals(got ?? a.tryTake()?.value, i);
  }
});

// -- Fairness -----------------------------------------------------------------

Deno.test("select() gives every source its turn when all have something", async () => {
  const queues = [await filled(..."aaaaaa"), await filled(..."bbbbbb")];
  queues.push(await filled(..."cccccc"));
  let seen = "";
  for (let i = 0; i < 9; i++) seen += (await select(queues)).value;
  for (const letter of "abc") assertEquals(seen.split(letter).length, 4, seen);
});

Deno.test("select() in two places starves no source of either", async () => {
  const [a, b, c, d] = await Promise.all(
    [..."abcd"].map((letter) => filled(...letter.repeat(9))),
  );
  let seen = "";
  for (let i = 0; i < 8; i++) {
    seen += (await select([a!, b!])).value;
    seen += (await select([c!, d!])).value;
  }
  for (const letter of "abcd") assertEquals(seen.split(letter).length, 5, seen);
});

Deno.test("select() sees a timer behind a queue that is never empty", async () => {
  const queue = await filled(...Array.from({ length: 100 }, (_, i) => i));
  const late = after(0);
  const keys = [];
  for (let i = 0; i < 3; i++) keys.push((await select({ queue, late })).key);
  assert(keys.includes("late"), `${keys}`);
});

Deno.test("select() sees an exit behind a queue that is never empty", async () => {
  const queue = await filled(...Array.from({ length: 100 }, (_, i) => i));
  const exited = Promise.resolve();
  const keys = [];
  for (let i = 0; i < 3; i++) keys.push((await select({ queue, exited })).key);
  assert(keys.includes("exited"), `${keys}`);
});

Deno.test("selectEach() alternates between sources that all have something", async () => {
  const queues = [await filled(..."aaaa"), await filled(..."bbbb")];
  for (const queue of queues) queue.close();
  let seen = "";
  for await (const { value } of selectEach(queues)) seen += value ?? ".";
  assertEquals(seen, "abababab..");
});

// -- Cancellation -------------------------------------------------------------

Deno.test("select() that is aborted has taken nothing and left no watcher", async () => {
  const [a, b] = [new Queue<number>(), new Queue<number>()];
  const { tx, rx } = channel<number>();
  const stop = new AbortController();
  const hit = select([a, b, rx, after(50_000)], { signal: stop.signal });
  hit.catch(() => {});
  await turn();
  assertEquals([watchersOf(a), watchersOf(b)], [1, 1]);
  stop.abort(new RangeError("stop"));
  await assertRejects(() => hit, RangeError, "stop");
  await until("no watcher", () => watchersOf(a) + watchersOf(b) === 0);
  await a.put(1);
  await tx.send(2);
  assertEquals([a.size, rx.size], [1, 1]);
  tx.close();
  rx.close();
});

Deno.test("select() with a signal that is aborted takes nothing", async () => {
  const a = await filled(1);
  const signal = AbortSignal.abort(new RangeError("was"));
  await assertRejects(() => select([a], { signal }), RangeError, "was");
  assertEquals(a.size, 1);
});

Deno.test("select() that is aborted as a message comes has either, never both", async () => {
  const a = new Queue<number>();
  for (let i = 0; i < 20; i++) {
    const stop = new AbortController();
    const hit = select([a], { signal: stop.signal }).then(
      ({ value }) => value,
      () => undefined,
    );
    await turn();
    const put = a.put(i);
    if (i % 2 === 0) await Promise.resolve();
    stop.abort();
    await put;
    assertEquals(await hit ?? a.tryTake()?.value, i);
    assertEquals(a.size, 0);
  }
});

Deno.test("select() leaves no watcher where it took nothing", async () => {
  const [a, b] = [new Queue<number>(), new Queue<number>()];
  for (let i = 0; i < 300; i++) {
    const hit = select([a, b]);
    await (i % 2 === 0 ? a : b).put(i);
    assertEquals((await hit).value, i);
  }
  await until("no watcher", () => watchersOf(a) + watchersOf(b) === 0);
});

Deno.test("select() leaves a promise without a trace", async () => {
  const never = new Promise<void>(() => {});
  let thens = 0;
  const counted = {
    then: (...all: Parameters<Promise<void>["then"]>) => {
      thens++;
      return never.then(...all);
    },
  } as PromiseLike<void>;
  const queue = await filled(...Array.from({ length: 50 }, (_, i) => i));
  for (let i = 0; i < 50; i++) await select({ queue, counted });
  assertEquals(thens, 1);
});

Deno.test("selectEach() that is left while it waits ends, and takes nothing", async () => {
  const queue = new Queue<number>();
  const each = selectEach([queue]);
  const next = each.next();
  await turn();
  await each.return!();
  assertEquals(await next, { value: undefined, done: true });
  await queue.put(1);
  assertEquals(queue.size, 1);
  await until("no watcher", () => watchersOf(queue) === 0);
  assertEquals(await each.next(), { value: undefined, done: true });
});

Deno.test("selectEach() ends with the reason of its signal", async () => {
  const queue = new Queue<number>();
  const stop = new AbortController();
  const next = selectEach([queue], { signal: stop.signal }).next();
  next.catch(() => {});
  await turn();
  stop.abort(new RangeError("stop"));
  await assertRejects(() => next, RangeError, "stop");
  await until("no watcher", () => watchersOf(queue) === 0);
});

Deno.test("selectEach() serves calls of next() in order", async () => {
  const queue = await filled(1, 2, 3);
  const each = selectEach([queue]);
  const all = await Promise.all([each.next(), each.next(), each.next()]);
  assertEquals(all.map(({ value }) => value?.value), [1, 2, 3]);
  await each.return!();
});

Deno.test("selectEach() acknowledges a message when the next one is asked for, and gives back the last", async () => {
  const queue = new Queue<number>({ ack: true });
  for (const n of [1, 2, 3]) await queue.put(n);
  for await (const { value } of selectEach([queue])) if (value === 2) break;
  assertEquals([queue.undone, queue.size], [2, 2]);
  assertEquals(queue.tryTake(), { value: 2 });
});

// -- Bad input ----------------------------------------------------------------

Deno.test("select() refuses what is no source, by its key", async () => {
  const queue = await filled(1);
  for (const bad of [undefined, null, 1, {}, [1], () => {}]) {
    const sources = { queue, odd: bad as never };
    await assertRejects(() => select(sources), InvalidOptionError, "odd");
  }
  assertEquals(queue.size, 1);
});

Deno.test("select() refuses to wait for nothing, and options out of bounds", async () => {
  const queue = new Queue<number>();
  await assertRejects(() => select([]), InvalidOptionError, "at least");
  await assertRejects(() => select({}), InvalidOptionError, "at least");
  await assertRejects(
    () => select([queue], { timeout: NaN }),
    InvalidOptionError,
    "'timeout'",
  );
  await assertRejects(
    () => select([queue], { signal: 1 as never }),
    InvalidOptionError,
    "'signal'",
  );
  assertThrows(
    () => selectEach([queue], { signal: 1 as never }),
    InvalidOptionError,
    "'signal'",
  );
});

Deno.test("select() goes on after a message that cannot be sent", async () => {
  const queue = new Queue<unknown>();
  const hit = select([queue]);
  await assertRejects(() => queue.put(() => {}), DataCloneError);
  await queue.put("fine");
  assertEquals((await hit).value, "fine");
  assert(!ownLife().fenced);
});
