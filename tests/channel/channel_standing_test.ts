/** What an end says of itself after the other one is gone, or it is another thread's, or in use. */
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  channel,
  ChannelClosedError,
  ChannelFullError,
  EndInUseError,
  EndMovedError,
  merge,
  pipeTo,
  Queue,
  QueueFullError,
  select,
  struct,
} from "../../mod.ts";

Deno.test("Sender.closed is true once nobody can receive", async () => {
  for (
    const { tx, rx } of [channel<unknown>(), channel(struct({ a: "u8" }))]
  ) {
    assertEquals(tx.closed, false);
    rx.close();
    assertEquals(tx.closed, true);
    await assertRejects(() => tx.send({ a: 1 }), ChannelClosedError);
    tx.close();
  }
  const { tx, rx } = channel<unknown>();
  await rx.readable.cancel("enough");
  assertEquals(tx.closed, true);
});

Deno.test("Receiver that was sent away is refused where one chooses from several", async () => {
  using queue = new Queue<unknown>();
  const { tx, rx } = channel<number>();
  await queue.put(rx);
  await assertRejects(() => select({ rx }), EndMovedError);
  await assertRejects(() => Array.fromAsync(merge(rx)), EndMovedError);
  using sink = new Queue<number>();
  await assertRejects(() => pipeTo(rx, sink), EndMovedError);
  assertEquals(sink.closed, false);
  using there = (await queue.take()) as typeof rx;
  await tx.send(1);
  const hit = await select({ there });
  assertEquals(hit, { key: "there", ended: false, value: 1 });
});

Deno.test("Receiver that this thread has closed has ended where one chooses from several", async () => {
  const { rx } = channel<number>();
  rx.close();
  assertEquals(await select({ rx }), { key: "rx", ended: true });
});

Deno.test("EndInUseError, ChannelFullError and QueueFullError name what is held", async () => {
  using queue = new Queue<unknown>({ capacity: 1 });
  const { tx, rx } = channel<Uint8Array>();
  using claim = await tx.claim(1);
  await assertRejects(() => queue.put(tx), EndInUseError, "its claim");
  const late = () => tx.send(new Uint8Array(1), { timeout: 1 });
  await assertRejects(late, ChannelFullError, "as the claim before was held");
  claim.commit();
  using lease = await rx.lease();
  await assertRejects(() => queue.put(rx), EndInUseError, "its lease");
  const block = () => rx.receiveSync({ onMain: true });
  assertEquals(lease.bytes.length, 1);
  tx.trySend(new Uint8Array(1));
  assertThrows(block, EndInUseError, "a lease of it is held");

  using frames = new Queue<Uint8Array>({ capacity: 1 });
  using room = await frames.claim(1);
  const put = () => frames.put(room.bytes, { timeout: 1 });
  await assertRejects(put, QueueFullError, "what is claimed");
  using none = new Queue<number>({ capacity: 0 });
  const hand = () => none.put(1, { timeout: 1 });
  await assertRejects(hand, QueueFullError, "nobody took the message");
});
