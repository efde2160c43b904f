/** What is left while it waits ends at once, whatever it waits for. */
import { assertEquals, assertRejects } from "@std/assert";
import { batch, merge, pipeTo, Queue, rateLimit, sourceOf } from "../../mod.ts";

const turn = (): Promise<void> => new Promise((done) => setTimeout(done));

/** Never yields. */
async function* silent(): AsyncGenerator<number> {
  await new Promise<void>(() => {});
  yield 1;
}

const waiting: Record<
  string,
  (queue: Queue<number>) => AsyncIterable<unknown>
> = {
  "batch()": (queue) => batch(queue, { size: 3 }),
  "rateLimit()": (queue) => rateLimit(queue, { count: 1, perMs: 1e9 }),
  "a stream": () => new ReadableStream<number>(),
  "a generator": () => silent(),
};

for (const [name, make] of Object.entries(waiting)) {
  Deno.test(`pipeTo() and merge() leave ${name} that waits`, async () => {
    using queue = new Queue<number>();
    using sink = new Queue<unknown>();
    const controller = new AbortController();
    const { signal } = controller;
    const led = pipeTo(make(queue), sink, { signal });
    const refused = assertRejects(() => led, Error, "enough");
    await turn();
    controller.abort(new Error("enough"));
    await refused;

    const all = merge(make(queue));
    const next = all.next();
    await turn();
    await all.return!();
    assertEquals(await next, { value: undefined, done: true });
    // Nobody is there who would take it.
    await queue.put(1);
    await turn();
    assertEquals(queue.size, 1);
  });
}

Deno.test("batch() that is left while it waits gives what it gathered, or back if that is acknowledged", async () => {
  using queue = new Queue<number>({ ack: true });
  await queue.putMany([1, 2]);
  const all = batch(queue, { size: 3 });
  const next = all.next();
  await turn();
  assertEquals(await all.return(), { value: undefined, done: true });
  assertEquals(await next, { value: [1, 2], done: false });
  assertEquals([queue.size, await queue.take(), queue.undone], [2, 1, 2]);
});

Deno.test("rateLimit() that is left while it waits for its time takes nothing", async () => {
  using queue = new Queue<number>();
  await queue.putMany([1, 2]);
  const all = rateLimit(queue, { count: 1, perMs: 1e9 });
  assertEquals(await all.next(), { value: 1, done: false });
  const next = all.next();
  await turn();
  assertEquals(await all.return(), { value: undefined, done: true });
  assertEquals(await next, { value: undefined, done: true });
  assertEquals([queue.size, await all.next()], [1, {
    value: undefined,
    done: true,
  }]);
});

Deno.test("batch() and rateLimit() are left by `await using` and by throw()", async () => {
  using queue = new Queue<number>();
  {
    await using all = batch(queue, { size: 2 });
    void all.next();
  }
  const all = rateLimit(queue, { count: 1, perMs: 1 });
  await assertRejects(() => all.throw(new Error("thrown")), Error, "thrown");
  await queue.put(1);
  assertEquals(queue.size, 1);
});

Deno.test("sourceOf() a stream leaves it unlocked, cancelled if it had not ended", async () => {
  let why: unknown = "open";
  const open = new ReadableStream<number>({ cancel: (reason) => why = reason });
  const source = sourceOf(open);
  const all = merge(source);
  void all.next();
  await turn();
  await source.close();
  assertEquals([why, open.locked], [undefined, false]);
  const short = ReadableStream.from([1]);
  assertEquals(await Array.fromAsync(merge(short)), [1]);
  assertEquals(short.locked, false);
});
