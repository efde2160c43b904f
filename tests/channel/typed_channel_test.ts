import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  channel,
  ChannelClosedError,
  ChannelFullError,
  EndMovedError,
  InvalidOptionError,
  PeerDiedError,
  type RecInit,
  struct,
  System,
  ViewRangeError,
} from "../../mod.ts";
import { recordCodec } from "../../src/memory/record_codec.ts";
import { viewsOf } from "../../src/memory/record_accessors.ts";
import { decode } from "../../src/memory/decode.ts";
import { encode } from "../../src/memory/encode.ts";
import { countOn, drain, fill, takeSome } from "./channel_tasks.ts";

const Reading = struct({ id: "u32", value: "f64" });

function record(id: number): { id: number; value: number } {
  return { id, value: id / 2 };
}

/** As if it had gone to another thread and come back. */
function sent<E>(end: E): E {
  const { bytes, length, attachments } = encode(end);
  return decode(bytes.slice(0, length), 0, length, attachments) as E;
}

Deno.test("channel() of a struct keeps records and their order", async () => {
  const { tx, rx } = channel(Reading, { capacity: 4 });
  await tx.send(record(1));
  await tx.sendMany([record(2), record(3)]);
  assertEquals(await rx.receive(), record(1));
  assertEquals(await rx.receiveMany(5), [record(2), record(3)]);
});

Deno.test("channel() of a struct knows the types of its fields", async () => {
  const { tx, rx } = channel(struct({ name: ["text", 8], big: "i64" }));
  await tx.send({ name: "ü", big: 5n });
  const { name, big } = await rx.receive();
  const typed: [string, bigint] = [name, big];
  assertEquals(typed, ["ü", 5n]);
  // @ts-expect-error A field that is missing.
  await assertRejects(() => tx.send({ name: "x" }), InvalidOptionError);
});

Deno.test("channel() of a struct takes every kind of number", async () => {
  const All = struct({
    a: "i8",
    b: "u8",
    c: "i16",
    d: "u16",
    e: "i32",
    f: "u32",
    g: "i64",
    h: "u64",
    i: "f32",
    j: "f64",
  });
  const { tx, rx } = channel(All, { capacity: 2 });
  const value = {
    a: -1,
    b: 255,
    c: -300,
    d: 65_535,
    e: -(2 ** 31),
    f: 2 ** 32 - 1,
    g: -5n,
    h: 2n ** 64n - 1n,
    i: 0.5,
    j: Math.PI,
  };
  for (let i = 0; i < 5; i++) {
    await tx.send(value);
    assertEquals(await rx.receive(), value);
  }
});

Deno.test("channel() of a struct takes texts, arrays and structs in structs", async () => {
  const Ship = struct({
    name: ["text", 12],
    at: { x: "f32", y: "f32" },
    cargo: ["u16", 3],
  });
  const { tx, rx } = channel(Ship);
  const ship = { name: "Fram 🚢", at: { x: 1.5, y: 2 }, cargo: [1, 2, 3] };
  await tx.send(ship);
  ship.at.x = 9;
  assertEquals(await rx.receive(), {
    name: "Fram 🚢",
    at: { x: 1.5, y: 2 },
    cargo: new Uint16Array([1, 2, 3]),
  });
  await assertRejects(
    () => tx.send({ ...ship, name: "a name too long for it" }),
    ViewRangeError,
  );
  assertEquals(rx.pending, false);
});

Deno.test("TypedSender.send() refuses what is no such record, and sends nothing", async () => {
  const { tx, rx } = channel(Reading, { capacity: 1 });
  for (
    const bad of [null, 1, {}, { id: 1, value: "x" }, { id: 1n, value: 1 }]
  ) {
    const wrong = bad as unknown as RecInit<{ id: "u32"; value: "f64" }>;
    await assertRejects(() => tx.send(wrong), InvalidOptionError);
    assertThrows(() => tx.trySend(wrong), InvalidOptionError);
    const wide = channel(Reading, { capacity: 2 });
    await assertRejects(
      () => wide.tx.sendMany([record(1), wrong]),
      InvalidOptionError,
    );
    assertEquals([await wide.rx.receive(), wide.rx.pending], [
      record(1),
      false,
    ]);
    await tx.send(record(1));
    // Also when it would have to wait.
    await assertRejects(() => tx.send(wrong), InvalidOptionError);
    assertEquals([await rx.receive(), rx.pending], [record(1), false]);
  }
});

Deno.test("TypedSender.send() takes a snapshot of what waits for room", async () => {
  const { tx, rx } = channel(Reading, { capacity: 1 });
  await tx.send(record(1));
  const second = record(2);
  const sending = tx.send(second);
  second.id = 99;
  assertEquals([await rx.receive(), await rx.receive()], [
    record(1),
    record(2),
  ]);
  await sending;
});

Deno.test("channel() of a struct holds exactly its capacity, power of two or not", async () => {
  for (const capacity of [1, 2, 3, 5, 8, 100]) {
    const { tx, rx } = channel(Reading, { capacity });
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < capacity; i++) {
        assertEquals(tx.trySend(record(i)), true);
      }
      assertEquals([tx.trySend(record(0)), tx.size, rx.size], [
        false,
        capacity,
        capacity,
      ]);
      for (let i = 0; i < capacity; i++) {
        assertEquals(await rx.receive(), record(i));
      }
      assertEquals([rx.pending, rx.size, tx.size], [false, 0, 0]);
    }
  }
});

Deno.test("channel() of a struct may take bytes that are no whole words", async () => {
  for (const capacity of [1, 2, 3, 4, 5]) {
    const { tx, rx } = channel(struct({ a: "u8", b: "u8", c: "u8" }), {
      capacity,
    });
    for (let a = 0; a < 2 * capacity; a++) {
      await tx.send({ a, b: 1, c: 2 });
      assertEquals(await rx.receive(), { a, b: 1, c: 2 });
    }
  }
});

Deno.test("TypedSender.sendMany() publishes in parts when there is less room", async () => {
  const { tx, rx } = channel(Reading, { capacity: 4 });
  const all = Array.from({ length: 10 }, (_, i) => record(i));
  const sending = tx.sendMany(all);
  const got = [];
  while (got.length < 10) got.push(...await rx.receiveMany(3));
  await sending;
  assertEquals(got, all);
});

Deno.test("TypedSender.sendMany() that is over in time has the rest in its error", async () => {
  const { tx } = channel(Reading, { capacity: 2 });
  const error = await assertRejects(
    () => tx.sendMany([record(1), record(2), record(3)], { timeout: 2 }),
    ChannelFullError,
  );
  assertEquals(error.unsent, [record(3)]);
});

Deno.test("TypedSender.fill() writes in place as far as there is room", async () => {
  const { tx, rx } = channel(Reading, { capacity: 3 });
  const write = (slot: { id: number; value: number }, i: number): void => {
    slot.id = i;
    slot.value = i / 2;
  };
  assertEquals([tx.fill(5, write), tx.fill(5, write)], [3, 0]);
  assertEquals(await rx.receiveMany(9), [record(0), record(1), record(2)]);
  assertThrows(
    () =>
      tx.fill(2, (slot, i) => {
        write(slot, 7);
        if (i === 1) throw new Error("enough");
      }),
    Error,
    "enough",
  );
  assertEquals(rx.pending, false);
});

Deno.test("TypedReceiver.drain() reads in place and frees the room", async () => {
  const { tx, rx } = channel(Reading, { capacity: 4 });
  await tx.sendMany([0, 1, 2, 3].map(record));
  const seen: number[] = [];
  assertEquals(rx.drain(({ id }) => seen.push(id), 3), 3);
  assertEquals([seen, rx.size, tx.trySend(record(4))], [[0, 1, 2], 1, true]);
  assertThrows(
    () =>
      rx.drain(({ id }) => {
        seen.push(id);
        throw new Error("enough");
      }),
    Error,
    "enough",
  );
  assertEquals([seen, await rx.receive(), rx.drain(() => {})], [
    [0, 1, 2, 3],
    record(4),
    0,
  ]);
});

Deno.test("TypedReceiver.drain() wakes a sender that waits for room", async () => {
  const { tx, rx } = channel(Reading, { capacity: 1 });
  await tx.send(record(1));
  const sending = tx.send(record(2));
  await new Promise((resolve) => setTimeout(resolve, 0));
  rx.drain(() => {});
  await sending;
  assertEquals(rx.pending, true);
});

Deno.test("TypedReceiver that is read in place leaves who waits its message", async () => {
  const { tx, rx } = channel(Reading);
  const waiting = rx.receive();
  await tx.send(record(1));
  assertEquals([rx.drain(() => {}), await waiting], [0, record(1)]);
});

Deno.test("TypedSender.fill() has what is sent meanwhile wait behind it", async () => {
  const { tx, rx } = channel(Reading, { capacity: 4 });
  let sending: Promise<void> | undefined;
  const written = tx.fill(2, (slot, i) => {
    sending ??= tx.send(record(9));
    assertEquals([tx.trySend(record(8)), tx.fill(1, () => {})], [false, 0]);
    slot.id = i;
    slot.value = i / 2;
  });
  assertEquals(written, 2);
  await sending;
  assertEquals(await rx.receiveMany(9), [record(0), record(1), record(9)]);
  tx.fill(1, (slot) => {
    slot.id = 5;
    slot.value = 2.5;
    tx.close();
  });
  assertEquals(await Array.fromAsync(rx), [record(5)]);
});

Deno.test("TypedReceiver.drain() has who receives meanwhile wait behind it", async () => {
  const { tx, rx } = channel(Reading, { capacity: 4 });
  await tx.sendMany([0, 1].map(record));
  let receiving: Promise<unknown> | undefined;
  const seen = rx.drain(() => {
    receiving ??= rx.receive();
    assertEquals([rx.tryReceive(), rx.drain(() => {})], [undefined, 0]);
  });
  await tx.send(record(2));
  assertEquals([seen, await receiving, rx.size], [2, record(2), 0]);
});

Deno.test("channel() of a struct ends after what was sent", async () => {
  const { tx, rx } = channel(Reading);
  await tx.sendMany([record(1), record(2)]);
  tx.close();
  assertEquals(await Array.fromAsync(rx), [record(1), record(2)]);
  assertThrows(() => tx.fill(1, () => {}), ChannelClosedError);
  rx.close();
  assertThrows(() => rx.drain(() => {}), ChannelClosedError);
});

Deno.test("channel() of a struct tells the sender that the receiver is closed", async () => {
  const { tx, rx } = channel(Reading, { capacity: 1 });
  await tx.send(record(1));
  const waiting = assertRejects(() => tx.send(record(2)), ChannelClosedError);
  rx.close();
  assertEquals((await waiting).unsent, record(2));
  assertThrows(() => tx.trySend(record(3)), ChannelClosedError);
  assertThrows(() => tx.fill(1, () => {}), ChannelClosedError);
  await assertRejects(() => tx.sendMany([record(3)]), ChannelClosedError);
});

Deno.test("channel() of a struct refuses capacities out of their bounds", () => {
  for (const capacity of [0, 1.5, 2 ** 20 + 1]) {
    assertThrows(() => channel(Reading, { capacity }), InvalidOptionError);
  }
  const Large = struct({ bytes: ["u8", 2 ** 20] });
  assertThrows(() => channel(Large, { capacity: 2 ** 20 }), InvalidOptionError);
  assertThrows(
    () => channel(Reading, { capacityBytes: 1024 } as never),
    InvalidOptionError,
    "capacityBytes",
  );
});

Deno.test("TypedSender and TypedReceiver travel with their layout, and go on where they were", async () => {
  const { tx, rx } = channel(Reading, { capacity: 4 });
  await tx.sendMany([0, 1, 2].map(record));
  await rx.receive();
  const [tx2, rx2] = [sent(tx), sent(rx)];
  await assertRejects(() => tx.send(record(9)), EndMovedError);
  assertThrows(() => tx.fill(1, () => {}), EndMovedError);
  assertThrows(() => rx.drain(() => {}), EndMovedError);
  await tx2.send(record(3));
  assertEquals(await rx2.receiveMany(9), [1, 2, 3].map(record));
});

Deno.test("TypedSender of a message that is read twice is had by the first reader", async () => {
  const { tx, rx } = channel(Reading);
  const { bytes, length, attachments } = encode(tx);
  const copy = bytes.slice(0, length);
  const read = () => decode(copy, 0, length, attachments) as typeof tx;
  const [first, second] = [read(), read()];
  await first.send(record(1));
  await assertRejects(() => second.send(record(2)), EndMovedError);
  assertEquals(await rx.receiveMany(5), [record(1)]);
});

for (const send of ["one", "many", "fill", "sync"]) {
  for (const receive of ["each", "many", "drain", "sync"]) {
    Deno.test(`channel() of a struct loses nothing between threads, sent by ${send} and received by ${receive}`, async () => {
      await using system = new System({ spares: 2 });
      const { tx, rx } = channel(Reading, { capacity: 16 });
      const got = system.run(drain, [rx, receive]);
      await system.run(fill, [tx, 5_000, send]);
      assertEquals(await got, [5_000, true]);
    });
  }
}

Deno.test("channel() of a struct tells of the death of either side", async () => {
  await using system = new System({ spares: 2 });
  const one = channel(struct({ n: "u32" }), { capacity: 4 });
  const Numbers = one.rx as never;
  await one.tx.send({ n: 1 });
  await system.run(takeSome, [Numbers, 1]);
  await assertRejects(() => one.tx.send({ n: 2 }), ChannelClosedError);

  const two = channel<number>({ capacity: 4 });
  const job = system.run(countOn, [two.tx]);
  job.catch(() => {});
  assertEquals(await two.rx.receive(), 0);
  job.kill();
  await assertRejects(() => Array.fromAsync(two.rx), PeerDiedError);
});

// -- The code made for a layout --

Deno.test("recordCodec() writes and reads what the accessors do", () => {
  const layout = struct({ a: "u8", b: "f64", c: "i64", $d: "i16" });
  const codec = recordCodec(layout);
  const views = viewsOf(new ArrayBuffer(64));
  const value = { a: 7, b: -0.25, c: -9n, $d: -3 };
  codec.write(views, 32, value);
  assertEquals(layout.read(views, 32), value);
  assertEquals(codec.read(views, 32), value);
  assertEquals(codec.read(views, 0), { a: 0, b: 0, c: 0n, $d: 0 });
});

Deno.test("recordCodec() says which field is wrong", () => {
  const codec = recordCodec(Reading);
  const views = viewsOf(new ArrayBuffer(64));
  assertThrows(
    () => codec.write(views, 0, { id: 1, value: "x" as never }),
    InvalidOptionError,
    "value",
  );
});
