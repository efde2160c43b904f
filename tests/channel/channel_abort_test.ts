/** What is aborted at one end of a channel is no normal end at the other. */
import {
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertThrows,
} from "@std/assert";
import {
  batch,
  channel,
  ChannelAbortedError,
  ChannelClosedError,
  InvalidOptionError,
  merge,
  pipe,
  pipeTo,
  Queue,
  rateLimit,
  select,
  selectEach,
  System,
  WaitTimeoutError,
} from "../../mod.ts";
import { abortFrom, sendAndTell } from "./channel_tasks.ts";

const REASON = new RangeError("the disk is full");

Deno.test("Sender.writable that is aborted has the receiver fail with its reason, after what was sent", async () => {
  const { tx, rx } = channel<number>();
  await tx.send(1);
  await tx.writable.abort(REASON);
  assertEquals(await rx.receive(), 1);
  const error = await assertRejects(() => rx.receive(), ChannelAbortedError);
  assertInstanceOf(error, ChannelClosedError);
  assertEquals(error.code, "TROUPE_CHANNEL_ABORTED");
  assertInstanceOf(error.cause, RangeError);
  assertEquals(error.cause.message, "the disk is full");
  await assertRejects(() => Array.fromAsync(rx), ChannelAbortedError);
  await assertRejects(() => tx.send(2), ChannelClosedError);
  assertEquals(rx.tryReceive(), undefined);
  assertThrows(() => rx.receiveSync({ onMain: true }), ChannelAbortedError);
});

Deno.test("Receiver.readable fails with the reason for which the sender's stream was aborted", async () => {
  const { tx, rx } = channel<number>();
  await tx.send(1);
  const read = Array.fromAsync(rx.readable);
  const failed = assertRejects(() => read, RangeError, "the disk is full");
  await tx.writable.abort(REASON);
  await failed;
});

Deno.test("Sender.writable that is aborted does not send what waits for room", async () => {
  const { tx, rx } = channel<number>({ capacity: 1 });
  const writer = tx.writable.getWriter();
  await writer.write(1);
  const waits = writer.write(2);
  const refused = assertRejects(() => waits);
  const own = tx.send(3);
  const unsent = assertRejects(() => own, ChannelClosedError);
  await writer.abort("enough");
  await refused;
  assertEquals((await unsent).unsent, 3);
  assertEquals(await rx.receive(), 1);
  const error = await assertRejects(() => rx.receive(), ChannelAbortedError);
  assertEquals(error.cause, "enough");
});

Deno.test("Sender fails with the reason for which the receiver's stream was cancelled", async () => {
  const { tx, rx } = channel<number>({ capacity: 1 });
  await tx.send(1);
  const waits = tx.send(2);
  const refused = assertRejects(() => waits, ChannelAbortedError);
  await rx.readable.cancel(REASON);
  const { cause, unsent } = await refused;
  assertInstanceOf(cause, RangeError);
  assertEquals(unsent, 2);
  const writer = tx.writable.getWriter();
  await assertRejects(() => writer.write(3), RangeError, "the disk is full");
});

Deno.test("Receiver.readable that is cancelled for no reason is a normal end", async () => {
  const { tx, rx } = channel<number>();
  await rx.readable.cancel();
  const error = await assertRejects(() => tx.send(1), ChannelClosedError);
  assertEquals(error instanceof ChannelAbortedError, false);
});

Deno.test("Sender.writable that is aborted for what cannot travel tells its text", async () => {
  for (const reason of [() => 1, new Int32Array(new SharedArrayBuffer(4))]) {
    const { tx, rx } = channel<number>();
    await tx.writable.abort(reason);
    const { cause } = await assertRejects(
      () => rx.receive(),
      ChannelAbortedError,
    );
    assertEquals(cause, Deno.inspect(reason, { depth: 1 }));
  }
  const { tx, rx } = channel<number>();
  await tx.writable.abort();
  const { cause } = await assertRejects(
    () => rx.receive(),
    ChannelAbortedError,
  );
  assertEquals(cause, undefined);
});

Deno.test("PipeEnd that is aborted can receive still", async () => {
  const [a, b] = pipe<number, number>();
  await a.writable.abort("no");
  await assertRejects(() => b.receive(), ChannelAbortedError);
  await b.send(1);
  assertEquals(await a.receive(), 1);
});

Deno.test("Receiver fails with the reason of another thread's abort", async () => {
  await using system = new System();
  const { tx, rx } = channel<number>();
  await system.run(abortFrom, [tx, "from afar"]);
  const error = await assertRejects(() => rx.receive(), ChannelAbortedError);
  assertEquals(error.cause, "from afar");
});

Deno.test("Sender on another thread hears the reason of a cancel", async () => {
  await using system = new System();
  const { tx, rx } = channel<number>();
  await rx.readable.cancel(REASON);

  const told = await system.run(sendAndTell, [tx]);
  assertEquals(told, "ChannelAbortedError: RangeError: the disk is full");
});

// -- Among several --

async function aborted() {
  const { tx, rx } = channel<number>();
  await tx.send(1);
  await tx.writable.abort(REASON);
  return rx;
}

Deno.test("merge(), batch() and rateLimit() fail when a receiver's sender was aborted, after what it had sent", async () => {
  const of: Record<
    string,
    (
      rx: Awaited<ReturnType<typeof aborted>>,
    ) => AsyncIterable<number | number[]>
  > = {
    merge: (rx) => merge(rx),
    batch: (rx) => batch(rx, { size: 5 }),
    rateLimit: (rx) => rateLimit(rx, { count: 5, perMs: 1 }),
  };
  for (const each of Object.values(of)) {
    const seen: unknown[] = [];
    const all = async (): Promise<void> => {
      for await (const value of each(await aborted())) seen.push(value);
    };
    await assertRejects(all, ChannelAbortedError);
    assertEquals(seen.flat(), [1]);
  }
});

Deno.test("pipeTo() leaves the sink open when the source was aborted", async () => {
  const sink = new Queue<number>();
  const rx = await aborted();
  await assertRejects(() => pipeTo(rx, sink), ChannelAbortedError);
  assertEquals([sink.size, sink.closed], [1, false]);
});

Deno.test("select() fails once for a receiver whose sender was aborted, then tells its end", async () => {
  const rx = await aborted();
  assertEquals((await select({ rx })).value, 1);
  await assertRejects(() => select({ rx }), ChannelAbortedError);
  assertEquals((await select({ rx })).ended, true);
  const other = await aborted();
  const seen: unknown[] = [];
  const all = async (): Promise<void> => {
    for await (const { value } of selectEach({ other })) seen.push(value);
  };
  await assertRejects(all, ChannelAbortedError);
  assertEquals(seen, [1]);
});

// -- Options that there are not --

Deno.test("batch(), rateLimit(), pipeTo() and selectEach() refuse options that there are not", async () => {
  using queue = new Queue<number>();
  const sink = new Queue<number>();
  const wrong = { singal: 1 } as object;
  const refusals = [
    () => batch(queue, { size: 1, ...wrong }),
    () => rateLimit(queue, { count: 1, perMs: 1, ...wrong }),
    () => selectEach([queue], wrong),
  ];
  for (const refused of refusals) {
    const error = assertThrows(refused, InvalidOptionError);
    assertEquals(error.option, "singal");
  }
  const piped = () => pipeTo(queue, sink, wrong);
  assertEquals(
    (await assertRejects(piped, InvalidOptionError)).option,
    "singal",
  );
  const closes = { close: "yes" as unknown as boolean };
  await assertRejects(() => pipeTo(queue, sink, closes), InvalidOptionError);
});

Deno.test("Queue.idle() says how many are not done when its time is over", async () => {
  const queue = new Queue<number>();
  await queue.putMany([1, 2]);
  await assertRejects(
    () => queue.idle({ timeout: 1 }),
    WaitTimeoutError,
    "2 messages are not",
  );
  await queue.take();
  queue.done();
  assertThrows(
    () => queue.idleSync({ timeout: 1, onMain: true }),
    WaitTimeoutError,
    "1 message is not",
  );
});
