/** What an outlet shows of the messages that wait in it, for the case that its thread ends. */
import { assertEquals } from "@std/assert";
import {
  heldBack,
  LaneReader,
  LaneWriter,
  sealLane,
} from "../../src/memory/lane.ts";
import { Outlet } from "../../src/channel/outlet.ts";

const NOTHING = new Uint8Array(0);

/** An outlet with room for two records; a record with a `b` is an ask. */
function smallOutlet(): Outlet {
  return new Outlet({
    from: 1,
    to: 2,
    self: 1,
    capacityMessages: 2,
    isMissed: ({ b }) => b === 0,
  });
}

function put(outlet: Outlet, b = 0, waitMs = 1e9, held = false): void {
  const envelope = { kind: 1, a: 0, b, d: 0, e: 0, held };
  outlet.send(envelope, NOTHING, 0, waitMs, undefined);
}

/** Reads so many records. */
function take(outlet: Outlet, count: number): void {
  const reader = new LaneReader(outlet.memory, 0);
  reader.adopt("skip");
  for (let i = 0; i < count; i++) {
    assertEquals(reader.take(), "taken");
    reader.done();
  }
}

Deno.test("heldBack() counts the tells that wait in an outlet, and no asks", () => {
  const outlet = smallOutlet();
  for (let i = 0; i < 5; i++) put(outlet);
  put(outlet, 7);
  assertEquals([outlet.waiting, heldBack(outlet.memory)], [4, 3]);
  take(outlet, 2);
  outlet.flush();
  assertEquals([outlet.waiting, heldBack(outlet.memory)], [2, 1]);
  take(outlet, 2);
  outlet.flush();
  assertEquals([outlet.waiting, heldBack(outlet.memory)], [0, 0]);
});

Deno.test("heldBack() does not count what was given back", () => {
  const outlet = smallOutlet();
  for (const waitMs of [1e9, 1e9, 1e9, 0, 0]) put(outlet, 0, waitMs);
  assertEquals(heldBack(outlet.memory), 3);
  outlet.expire(performance.now() + 1);
  assertEquals(heldBack(outlet.memory), 1);
  const delivery = { sent: () => {}, refused: () => {} };
  const envelope = { kind: 1, a: 0, b: 0, d: 0, e: 0 };
  outlet.send(envelope, NOTHING, 0, 1e9, delivery);
  assertEquals(heldBack(outlet.memory), 2);
  outlet.withdraw(delivery);
  assertEquals(heldBack(outlet.memory), 1);
});

Deno.test("Outlet.hold() counts what waits before it, until that is sent or waits in it", () => {
  const outlet = smallOutlet();
  outlet.hold(1);
  outlet.hold(3);
  put(outlet);
  assertEquals(heldBack(outlet.memory), 4);
  put(outlet, 0, 1e9, true);
  assertEquals([outlet.waiting, heldBack(outlet.memory)], [0, 3]);
  put(outlet, 0, 1e9, true);
  assertEquals([outlet.waiting, heldBack(outlet.memory)], [1, 3]);
  outlet.hold(-1);
  assertEquals(heldBack(outlet.memory), 2);
});

Deno.test("heldBack() is right at every step of a message that leaves", () => {
  const outlet = smallOutlet();
  const writer = new LaneWriter(outlet.memory);
  writer.hold(2, true);
  assertEquals(heldBack(outlet.memory), 2);
  writer.tryWrite(1, 0, 0, 0, 0, 0, NOTHING, 0);
  assertEquals(heldBack(outlet.memory), 1);
  writer.hold(1, false);
  assertEquals(heldBack(outlet.memory), 1);
  // One that finds the lane sealed has not left.
  writer.hold(1, true);
  sealLane(outlet.memory);
  assertEquals(writer.tryWrite(1, 0, 0, 0, 0, 0, NOTHING, 0), "sealed");
  assertEquals(heldBack(outlet.memory), 1);
});
