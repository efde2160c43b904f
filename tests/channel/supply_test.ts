/** Many messages of an iteration that may never end: read as they go, and left when that is over. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  channel,
  ChannelClosedError,
  ChannelFullError,
  InvalidOptionError,
  Queue,
  QueueFullError,
  struct,
} from "../../mod.ts";

/** The numbers from 1, for ever; `read` is how many were read, `left` whether it was left. */
function endless(): { values: Generator<number>; read: number; left: boolean } {
  const found = { values: count(), read: 0, left: false };
  function* count(): Generator<number> {
    try {
      for (;;) yield ++found.read;
    } finally {
      found.left = true;
    }
  }
  return found;
}

/** Lets everything happen that can happen without anybody's doing. */
function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/** The most that may be read of what was not put. */
const AHEAD = 64;

Deno.test("Queue.putMany() reads an endless generator as there is room, and leaves it by its signal", async () => {
  const queue = new Queue<number>({ capacity: 10 });
  const stop = new AbortController();
  const source = endless();
  const put = queue.putMany(source.values, { signal: stop.signal });
  const aborted = assertRejects(() => put, Error, "enough");
  await settle();
  assertEquals(queue.size, 10);
  assert(source.read <= 10 + AHEAD, `${source.read} were read`);
  for (let i = 1; i <= 1_000; i++) assertEquals(await queue.take(), i);
  assert(source.read <= 1_010 + AHEAD, `${source.read} were read`);
  assertEquals(source.left, false);
  stop.abort(new Error("enough"));
  await aborted;
  assertEquals(source.left, true);
});

Deno.test("Queue.putMany() of an endless generator is over when one has waited too long", async () => {
  const queue = new Queue<number>({ capacity: 10 });
  const source = endless();
  const { unsent } = await assertRejects(
    () => queue.putMany(source.values, { timeout: 1 }),
    QueueFullError,
  );
  const [first, ...others] = unsent as number[];
  assertEquals([first, queue.size, source.left], [11, 10, true]);
  assert(others.length < AHEAD);
});

for (const overflow of ["dropOldest", "dropNewest"] as const) {
  Deno.test(`Queue.putMany() of an endless generator leaves the event loop its turn where it never waits: ${overflow}`, async () => {
    const queue = new Queue<number>({ capacity: 10, overflow });
    const stop = new AbortController();
    const source = endless();
    setTimeout(() => stop.abort(new Error("enough")), 1);
    await assertRejects(
      () => queue.putMany(source.values, { signal: stop.signal }),
      Error,
      "enough",
    );
    assertEquals([queue.size, source.left], [10, true]);
  });
}

Deno.test("Queue.putMany() and Sender.sendMany() read nothing when they may not begin", async () => {
  const queue = new Queue<number>();
  const { tx } = channel<number>();
  const signal = AbortSignal.abort(new Error("before"));
  const source = endless();
  await assertRejects(
    () => queue.putMany(source.values, { signal }),
    Error,
    "before",
  );
  await assertRejects(
    () => tx.sendMany(source.values, { signal }),
    Error,
    "before",
  );
  assertEquals(source.read, 0);
  for (const wrong of [5, null, undefined, {}] as never[]) {
    await assertRejects(
      () => queue.putMany(wrong),
      InvalidOptionError,
      "Cannot put as 'values' must be an array or another iterable",
    );
    await assertRejects(
      () => tx.sendMany(wrong),
      InvalidOptionError,
      "Cannot send as 'values' must be",
    );
  }
});

Deno.test("Queue.putMany() and Sender.sendMany() send what came before the iteration failed", async () => {
  function* failing(): Generator<number> {
    yield 1;
    yield 2;
    throw new RangeError("no third");
  }
  const queue = new Queue<number>();
  await assertRejects(() => queue.putMany(failing()), RangeError, "no third");
  assertEquals(await queue.takeMany(9), [1, 2]);
  const { tx, rx } = channel<number>({ capacity: 1 });
  const sent = assertRejects(
    () => tx.sendMany(failing()),
    RangeError,
    "no third",
  );
  assertEquals([await rx.receive(), await rx.receive()], [1, 2]);
  await sent;
});

Deno.test("Queue.putMany() and Sender.sendMany() take any iterable, in order", async () => {
  const queue = new Queue<number>({ capacity: 7 });
  const all = Array.from({ length: 300 }, (_, i) => i);
  const put = queue.putMany(new Set(all));
  for (const i of all) assertEquals(await queue.take(), i);
  await put;
  const { tx, rx } = channel<number>({ capacity: 7 });
  const sent = tx.sendMany(new Set(all));
  for (const i of all) assertEquals(await rx.receive(), i);
  await sent;
});

for (const kind of ["any", "typed"] as const) {
  Deno.test(`Sender.sendMany() reads an endless generator as there is room, and leaves it: ${kind}`, async () => {
    const options = { capacity: 10 };
    const { tx, rx } = kind === "any"
      ? channel<{ n: number }>(options)
      : channel(struct({ n: "u32" }), options);
    const stop = new AbortController();
    const source = endless();
    const records = source.values.map((n) => ({ n }));
    const sent = tx.sendMany(records, { signal: stop.signal });
    const aborted = assertRejects(() => sent, Error, "enough");
    await settle();
    assertEquals(rx.size, 10);
    assert(source.read <= 10 + AHEAD, `${source.read} were read`);
    for (let i = 1; i <= 1_000; i++) {
      assertEquals((await rx.receive()).n, i);
    }
    assert(source.read <= 1_010 + AHEAD, `${source.read} were read`);
    stop.abort(new Error("enough"));
    await aborted;
    assertEquals(source.left, true);
    const late = endless();
    const { unsent } = await assertRejects(
      () => tx.sendMany(late.values.map((n) => ({ n })), { timeout: 1 }),
      ChannelFullError,
    );
    assert((unsent as unknown[]).length <= AHEAD);
    assertEquals(late.left, true);
    const closed = endless();
    const over = assertRejects(
      () => tx.sendMany(closed.values.map((n) => ({ n }))),
      ChannelClosedError,
    );
    rx.close();
    await over;
    assertEquals(closed.left, true);
  });
}
