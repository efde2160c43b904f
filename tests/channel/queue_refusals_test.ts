/** What a queue refuses, and in which state it leaves what was refused. */
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  DataCloneError,
  InvalidOptionError,
  MessageOverCapacityError,
  Queue,
  QueueClosedError,
} from "../../mod.ts";

Deno.test("Queue refuses options that there are not, wherever one is given", async () => {
  const queue = new Queue<number>();
  const wrong = { timeoutMs: 5 } as Record<string, number>;
  for (
    const given of [
      () => queue.put(1, wrong),
      () => queue.putMany([1], wrong),
      () => queue.take(wrong),
      () => queue.takeMany(1, wrong),
      () => queue.idle(wrong),
    ]
  ) {
    const error = await assertRejects(given, InvalidOptionError);
    assertEquals(error.option, "timeoutMs");
  }
  assertThrows(() => queue.tryPut(1, wrong), InvalidOptionError);
  const late = { timeout: 5 } as object;
  assertThrows(() => queue.tryPut(1, late), InvalidOptionError);
  assertThrows(() => queue.putSync(1, wrong), InvalidOptionError);
  assertThrows(() => queue.takeSync(wrong), InvalidOptionError);
  const nothing = null as unknown as object;
  await assertRejects(() => queue.put(1, nothing), InvalidOptionError);
  assertThrows(() => new Queue(nothing), InvalidOptionError, "null");
  const number = 5 as unknown as Transferable[];
  const transfer = { transfer: number };
  await assertRejects(() => queue.put(1, transfer), InvalidOptionError);
  assertEquals(queue.size, 0);
});

Deno.test("Queue leaves what was to be moved where it is when it refuses the message at once", async () => {
  for (const overflow of ["wait", "fail", "dropNewest"] as const) {
    const queue = new Queue<ArrayBuffer>({ capacity: 1, overflow });
    const first = new ArrayBuffer(4);
    await queue.put(first, { transfer: [first] });
    const buffer = new ArrayBuffer(8);
    assertEquals(queue.tryPut(buffer, { transfer: [buffer] }), false);
    assertEquals(buffer.byteLength, 8);
    queue.close();
    const error = await assertRejects(
      () => queue.put(buffer, { transfer: [buffer] }),
      QueueClosedError,
    );
    assertEquals([error.unsent === buffer, buffer.byteLength], [true, 8]);
    // The refusal took nothing from the message before.
    assertEquals((await queue.take()).byteLength, 4);
  }
});

Deno.test("Queue.putMany() says which message cannot be sent or is too large", async () => {
  const queue = new Queue<unknown>({ capacityBytes: 1024 });
  const put = queue.putMany([1, { on: () => 2 }, 3]);
  const error = await assertRejects(() => put, DataCloneError);
  assertEquals(error.path, "values[1].on");
  assertEquals(error.message.includes("send values[1].on as"), true);
  const long = "x".repeat(2000);
  const large = await assertRejects(
    () => queue.putMany([2, long, 3]),
    MessageOverCapacityError,
  );
  assertEquals(large.unsent, [long, 3]);
  assertEquals(await queue.takeMany(9), [1, 2]);
});

Deno.test("Queue is shown with what waits in it", async () => {
  const queue = new Queue<number>({ capacity: 2 });
  await queue.put(1);
  assertEquals(Deno.inspect(queue), "Queue (1 of 2)");
  queue.close();
  assertEquals(String(queue), "Queue (1 of 2, closed)");
});
