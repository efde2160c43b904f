import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  channel,
  every,
  InvalidOptionError,
  merge,
  pipe,
  pipeTo,
  Queue,
  QueueClosedError,
  System,
} from "../../mod.ts";
import { sendTen } from "../parity/connection_tasks.ts";

const turn = (): Promise<void> => new Promise((done) => setTimeout(done));

async function ended<T>(...values: T[]): Promise<Queue<T>> {
  const queue = new Queue<T>();
  for (const value of values) await queue.put(value);
  queue.close();
  return queue;
}

Deno.test("merge() has all messages of all sources, in the order of each", async () => {
  const a = await ended(1, 2, 3);
  const b = await ended(11, 12);
  const all = await Array.fromAsync(merge(a, b));
  assertEquals(all, [1, 11, 2, 12, 3]);
});

Deno.test("merge() has what comes while it waits", async () => {
  const [a, b] = [new Queue<number>(), new Queue<number>()];
  const all = Array.fromAsync(merge(a, b));
  for (let i = 0; i < 6; i++) {
    await turn();
    await (i % 2 === 0 ? a : b).put(i);
  }
  a.close();
  b.close();
  assertEquals(await all, [0, 1, 2, 3, 4, 5]);
});

Deno.test("merge() mixes queues, ends, streams and generators", async () => {
  const { tx, rx } = channel<number>();
  await tx.send(2);
  tx.close();
  const generator = async function* (): AsyncGenerator<number> {
    yield 4;
    await turn();
    yield 5;
  };
  const all = await Array.fromAsync(
    merge<number>(await ended(1), rx, ReadableStream.from([3]), generator()),
  );
  assertEquals(all.toSorted(), [1, 2, 3, 4, 5]);
});

Deno.test("merge() of ends has all that workers send", async () => {
  await using system = new System({ spares: 2 });
  const ends = [];
  const jobs = [];
  for (let who = 0; who < 2; who++) {
    const { tx, rx } = channel<number>();
    ends.push(rx);
    jobs.push(system.run(sendTen, [tx, who]));
  }
  const all = await Array.fromAsync(merge(...ends));
  await Promise.all(jobs);
  assertEquals(all.length, 20);
  assertEquals(all.filter((n) => n < 100), [...Array(10).keys()]);
});

Deno.test("merge() gives a source that has little its turn", async () => {
  const busy = await ended(...Array.from({ length: 50 }, () => "busy"));
  const quiet = await ended("quiet", "quiet");
  const all = await Array.fromAsync(merge(busy, quiet));
  assert(all.lastIndexOf("quiet") <= 3, `${all}`);
});

Deno.test("merge() that is left takes nothing more, and leaves queues open", async () => {
  const queue = new Queue<number>();
  await queue.put(1);
  await queue.put(2);
  for await (const value of merge(queue)) {
    assertEquals(value, 1);
    break;
  }
  assertEquals([queue.size, queue.closed], [1, false]);
});

Deno.test("merge() that is left while it waits ends at once", async () => {
  const queue = new Queue<number>();
  const merged = merge(queue, every(60_000));
  const next = merged.next();
  await turn();
  await merged.return!();
  assertEquals((await next).done, true);
  await queue.put(1);
  assertEquals(queue.size, 1);
});

Deno.test("merge() passes on that it is left", async () => {
  let left = 0;
  const source = async function* (): AsyncGenerator<number> {
    try {
      for (;;) yield 1;
    } finally {
      left++;
    }
  };
  for await (const _ of merge(source(), source())) break;
  // The second was not begun, or was: a generator that was not begun has nothing to leave.
  assert(left >= 1);
});

Deno.test("merge() has the error of a source, and leaves the others", async () => {
  let left = false;
  const good = async function* (): AsyncGenerator<number> {
    try {
      for (;;) {
        yield 1;
        await turn();
      }
    } finally {
      left = true;
    }
  };
  const bad = async function* (): AsyncGenerator<number> {
    await turn();
    yield 2;
    throw new RangeError("bad");
  };
  await assertRejects(
    () => Array.fromAsync(merge(good(), bad())),
    RangeError,
    "bad",
  );
  // What is being read is left when that has come.
  for (let turns = 0; !left && turns < 1_000; turns++) await turn();
  assert(left);
});

Deno.test("merge() has falsy messages as well", async () => {
  const all = await Array.fromAsync(merge<unknown>(
    await ended<unknown>(undefined, null, 0, ""),
  ));
  assertEquals(all, [undefined, null, 0, ""]);
});

Deno.test("merge() refuses what is no source, and none", () => {
  assertThrows(() => merge(), InvalidOptionError, "at least");
  assertThrows(() => merge(1 as never), InvalidOptionError, "with 'for await'");
});

// -- pipeTo() -----------------------------------------------------------------

Deno.test("pipeTo() leads a queue into a channel, and closes it at the end", async () => {
  const { tx, rx } = channel<number>();
  const count = pipeTo(await ended(1, 2, 3), tx);
  assertEquals(await Array.fromAsync(rx), [1, 2, 3]);
  assertEquals(await count, 3);
});

Deno.test("pipeTo() leads a pipe into a queue, a stream into a stream", async () => {
  const [here, there] = pipe<number>();
  const queue = new Queue<number>();
  await here.send(1);
  await here.send(2);
  here.close();
  assertEquals(await pipeTo(there, queue), 2);
  const written: number[] = [];
  let closed = false;
  const sink = new WritableStream<number>({
    write: (chunk) => void written.push(chunk),
    close: () => void (closed = true),
  });
  assertEquals(await pipeTo(queue, sink), 2);
  assertEquals([written, closed, sink.locked], [[1, 2], true, false]);
});

Deno.test("pipeTo() leaves the sink open when it is told to", async () => {
  const sink = new Queue<number>();
  await pipeTo(await ended(1), sink, { close: false });
  await pipeTo(await ended(2), sink);
  assertEquals([sink.size, sink.closed], [2, true]);
});

Deno.test("pipeTo() takes no faster than the sink has room", async () => {
  const source = await ended(1, 2, 3, 4, 5);
  const sink = new Queue<number>({ capacity: 1 });
  const count = pipeTo(source, sink);
  await turn();
  // One is there, one is on its way.
  assertEquals([sink.size, source.size], [1, 3]);
  assertEquals(await Array.fromAsync(sink), [1, 2, 3, 4, 5]);
  assertEquals(await count, 5);
});

Deno.test("pipeTo() that is aborted has put all that it took", async () => {
  const source = new Queue<number>();
  for (const n of [1, 2, 3]) await source.put(n);
  const sink = new Queue<number>({ capacity: 1 });
  const stop = new AbortController();
  const piping = pipeTo(source, sink, { signal: stop.signal });
  piping.catch(() => {});
  await turn();
  stop.abort(new RangeError("stop"));
  assertEquals([await sink.take(), await sink.take()], [1, 2]);
  await assertRejects(() => piping, RangeError, "stop");
  assertEquals([source.size, sink.size, sink.closed], [1, 0, false]);
});

Deno.test("pipeTo() that is aborted while it waits has taken nothing", async () => {
  const source = new Queue<number>();
  const stop = new AbortController();
  const piping = pipeTo(source, new Queue(), { signal: stop.signal });
  piping.catch(() => {});
  await turn();
  stop.abort(new RangeError("stop"));
  await assertRejects(() => piping, RangeError, "stop");
  await source.put(1);
  assertEquals(source.size, 1);
});

Deno.test("pipeTo() has the message that the sink refused in the error", async () => {
  const source = await ended("a", "b");
  const sink = new Queue<string>();
  sink.close();
  const error = await assertRejects(
    () => pipeTo(source, sink),
    QueueClosedError,
  );
  assertEquals([error.unsent, source.size], ["a", 1]);
});

Deno.test("pipeTo() gives a message that was not put back to a queue with ack", async () => {
  const source = new Queue<string>({ ack: true });
  for (const text of ["a", "b"]) await source.put(text);
  const sink = new Queue<string>({ overflow: "fail", capacity: 1 });
  await assertRejects(() => pipeTo(source, sink));
  assertEquals([sink.size, source.size, source.undone], [1, 1, 1]);
  assertEquals(source.peek(), { value: "b" });
});

Deno.test("pipeTo() has the error of the source, and leaves the sink open", async () => {
  const source = async function* (): AsyncGenerator<number> {
    yield 1;
    throw new RangeError("bad");
  };
  const sink = new Queue<number>();
  await assertRejects(() => pipeTo(source(), sink), RangeError, "bad");
  assertEquals([sink.size, sink.closed], [1, false]);
});

Deno.test("pipeTo() refuses what is no sink, and takes nothing", async () => {
  const source = await ended(1);
  for (const sink of [{}, null, undefined, 1, "sink"]) {
    await assertRejects(
      () => pipeTo(source, sink as never),
      InvalidOptionError,
      "sink",
    );
  }
  await assertRejects(
    () => pipeTo(1 as never, new Queue()),
    InvalidOptionError,
    "source",
  );
  assertEquals(source.size, 1);
});
