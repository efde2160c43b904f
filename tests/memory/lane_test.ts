import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { InvalidOptionError } from "../../src/errors.ts";
import {
  createLane,
  laneDepth,
  LaneReader,
  LaneWriter,
  sealLane,
  takeUnsettled,
} from "../../src/memory/lane.ts";
import { LANE } from "../../src/memory/layout.ts";

const NOTHING = new Uint8Array(0);

interface Ends {
  memory: SharedArrayBuffer;
  writer: LaneWriter;
  reader: LaneReader;
}

function open(
  capacityBytes: number,
  capacityMessages = 1024,
  tag = 0,
): Ends {
  const memory = createLane({
    capacityBytes,
    capacityMessages,
    from: 1,
    to: 2,
  });
  const writer = new LaneWriter(memory);
  const reader = new LaneReader(memory, tag);
  reader.adopt("skip");
  reader.roomWanted = false;
  return { memory, writer, reader };
}

function bytesOf(length: number, seed: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (seed * 31 + i) & 255);
}

function send(
  writer: LaneWriter,
  a: number,
  payload: Uint8Array = NOTHING,
): string {
  return writer.tryWrite(1, a, 0, 0, 0, 0, payload, payload.length);
}

function payloadOf(reader: LaneReader): Uint8Array {
  return reader.bytes.slice(reader.start, reader.end);
}

Deno.test("LaneWriter.tryWrite() carries kind, header words and payload", () => {
  const { writer, reader } = open(1024);
  const payload = bytesOf(13, 1);
  assertEquals(
    writer.tryWrite(200, 1, -2, 3, -0x80000000, 0x7fffffff, payload, 11),
    "written",
  );
  assertEquals(reader.take(), "taken");
  const { kind, a, b, c, d, e } = reader;
  assertEquals([kind, a, b, c, d, e], [200, 1, -2, 3, -0x80000000, 0x7fffffff]);
  assertEquals(payloadOf(reader), payload.slice(0, 11));
  assertEquals(reader.done(), "done");
  assertEquals(reader.take(), "empty");
});

Deno.test("LaneReader.take() keeps order through many wraps with payloads of every size", () => {
  for (const tag of [0, 511, 512, 1023]) {
    const { writer, reader } = open(1024, 1024, tag);
    let written = 0;
    let read = 0;
    // 20,000 records of 24 to 504 bytes pass the 8 MiB at which positions wrap.
    while (read < 40_000) {
      const length = (written * 7919) % (writer.maxPayload + 1);
      const payload = bytesOf(length, written);
      if (written < 40_000 && send(writer, written, payload) === "written") {
        written++;
        continue;
      }
      assertEquals(reader.take(), "taken");
      assertEquals(reader.a, read);
      if (read % 97 === 0) {
        const expected = (read * 7919) % (writer.maxPayload + 1);
        assertEquals(payloadOf(reader), bytesOf(expected, read));
      }
      assertEquals(reader.done(), "done");
      read++;
    }
    assertEquals(reader.take(), "empty");
    assertEquals([writer.depth, reader.depth, writer.sent], [0, 0, 40_000]);
  }
});

Deno.test("LaneWriter.tryWrite() fits the largest payload wherever an empty ring stands", () => {
  const { writer, reader } = open(1024);
  for (let i = 0; i < 300; i++) {
    assertEquals(send(writer, i, bytesOf(i % 50, i)), "written");
    assertEquals(reader.take(), "taken");
    reader.done();
    const largest = bytesOf(writer.maxPayload, i);
    assertEquals(send(writer, i, largest), "written");
    assertEquals(reader.take(), "taken");
    assertEquals(payloadOf(reader), largest);
    reader.done();
  }
});

Deno.test("LaneWriter.tryWrite() is full at exactly capacityMessages, the one in flight included", () => {
  const { memory, writer, reader } = open(1024, 3);
  for (let i = 0; i < 3; i++) assertEquals(send(writer, i), "written");
  assertEquals(send(writer, 3), "full");
  reader.take();
  assertEquals(send(writer, 3), "full");
  assertEquals([writer.depth, reader.depth, laneDepth(memory)], [3, 3, 3]);
  reader.done();
  assertEquals([writer.depth, reader.depth, laneDepth(memory)], [2, 2, 2]);
  assertEquals(send(writer, 3), "written");
  assertEquals(send(writer, 4), "full");
});

Deno.test("LaneWriter.tryWrite() is full by bytes and writes nothing then", () => {
  const { writer, reader } = open(1024);
  const payload = bytesOf(writer.maxPayload, 5);
  assertEquals(send(writer, 0, payload), "written");
  assertEquals(send(writer, 1, payload), "written");
  assertEquals(send(writer, 2), "full");
  assertEquals(writer.sent, 2);
  reader.take();
  assertEquals(reader.done(), "done");
  assertEquals(send(writer, 2, payload), "written");
  reader.take();
  assertEquals(reader.a, 1);
  reader.done();
  reader.take();
  assertEquals(payloadOf(reader), payload);
});

Deno.test("LaneWriter.tryWrite() rejects a kind or length out of bounds", () => {
  const { writer, reader } = open(1024);
  const big = new Uint8Array(2000);
  for (
    const [kind, length] of [[0, 0], [256, 0], [1, -1], [1, 481], [1, NaN]]
  ) {
    assertThrows(
      () => writer.tryWrite(kind!, 0, 0, 0, 0, 0, big, length!),
      InvalidOptionError,
    );
  }
  assertThrows(
    () => writer.tryWrite(1, 0, 0, 0, 0, 0, NOTHING, 1),
    InvalidOptionError,
    "must be an integer from 0 to 0: current value is 1",
  );
  assertEquals(reader.take(), "empty");
});

Deno.test("LaneWriter.tryWrite() copies a reused array of any alignment and length", () => {
  const { writer, reader } = open(4096);
  for (const offset of [0, 1, 4, 6]) {
    const scratch = new Uint8Array(new ArrayBuffer(600), offset, 590);
    for (let length = 0; length <= 590; length++) {
      scratch.set(bytesOf(length, length));
      writer.tryWrite(1, length, 0, 0, 0, 0, scratch, length);
      assertEquals(reader.take(), "taken");
      assertEquals(payloadOf(reader), scratch.slice(0, length));
      reader.done();
    }
  }
});

Deno.test("createLane() rejects options out of bounds", () => {
  const bad = [
    { capacityBytes: 512 },
    { capacityBytes: 8 * 1024 * 1024 },
    { capacityBytes: 3000 },
    { capacityMessages: 0 },
    { capacityMessages: 1.5 },
    { from: 0.5 },
    { to: 2 ** 32 },
  ];
  for (const options of bad) {
    const error = assertThrows(
      () => createLane({ from: 1, to: 2, ...options }),
      InvalidOptionError,
    );
    assertEquals(error.option, Object.keys(options)[0]);
  }
});

Deno.test("LaneWriter and LaneReader refuse memory that is no lane", () => {
  for (const size of [0, 16, 4096]) {
    const memory = new SharedArrayBuffer(size);
    assertThrows(() => new LaneWriter(memory), InvalidOptionError);
    assertThrows(() => new LaneReader(memory, 0), InvalidOptionError);
    assertThrows(() => sealLane(memory), InvalidOptionError);
  }
  const memory = createLane({ from: 1, to: 2 });
  assertThrows(() => new LaneReader(memory, 1024), InvalidOptionError);
});

Deno.test("LaneWriter.to and LaneReader.from tell the ends", () => {
  const memory = createLane({ from: -7, to: 9 });
  assertEquals(new LaneWriter(memory).to, 9);
  assertEquals(new LaneReader(memory, 0).from, -7);
  assertStrictEquals(new LaneWriter(memory).memory, memory);
});

Deno.test("sealLane() stops writes and keeps what was written", () => {
  const { memory, writer, reader } = open(1024);
  send(writer, 1);
  send(writer, 2);
  sealLane(memory);
  sealLane(memory);
  assertEquals(writer.sealed, true);
  assertEquals(send(writer, 3), "sealed");
  assertEquals(writer.sent, 2);
  assertEquals(
    new LaneWriter(memory).tryWrite(1, 0, 0, 0, 0, 0, NOTHING, 0),
    "sealed",
  );
  assertEquals(laneDepth(memory), 2);
  assertEquals(reader.take(), "taken");
  assertEquals(reader.doneAndTake(), "taken");
  assertEquals(reader.a, 2);
  assertEquals(reader.doneAndTake(), "ended");
  assertEquals(reader.take(), "ended");
});

Deno.test("LaneWriter.tryWrite() is sealed rather than full when both hold", () => {
  const { memory, writer } = open(1024, 1);
  send(writer, 1);
  assertEquals(send(writer, 2), "full");
  sealLane(memory);
  assertEquals(send(writer, 2), "sealed");
  assertEquals(writer.wantRoom(0), true);
});

Deno.test("LaneReader.done() sets roomWanted once for each LaneWriter.wantRoom()", () => {
  const { writer, reader } = open(1024, 2);
  send(writer, 0);
  send(writer, 1);
  assertEquals(writer.wantRoom(0), false);
  assertEquals(reader.take(), "taken");
  assertEquals(reader.roomWanted, false);
  assertEquals(reader.done(), "done");
  assertEquals(reader.roomWanted, true);
  reader.roomWanted = false;
  reader.take();
  reader.done();
  assertEquals(reader.roomWanted, false);
  assertEquals(writer.wantRoom(0), true);
});

Deno.test("LaneReader.doneAndTake() sees a wish for room set while the record was in flight", () => {
  const { writer, reader } = open(1024, 2);
  send(writer, 0);
  send(writer, 1);
  reader.take();
  assertEquals(writer.wantRoom(0), false);
  assertEquals(reader.doneAndTake(), "taken");
  assertEquals([reader.roomWanted, reader.a], [true, 1]);
});

Deno.test("LaneWriter.begun() turns true when the record is taken", () => {
  const { writer, reader } = open(1024);
  for (let i = 0; i < 3; i++) send(writer, i);
  assertEquals([1, 2, 3].map((n) => writer.begun(n)), [false, false, false]);
  reader.take();
  assertEquals([1, 2, 3].map((n) => writer.begun(n)), [true, false, false]);
  reader.done();
  assertEquals([1, 2, 3].map((n) => writer.begun(n)), [true, false, false]);
  reader.take();
  reader.doneAndTake();
  assertEquals([1, 2, 3].map((n) => writer.begun(n)), [true, true, true]);
});

// M46
Deno.test("LaneWriter.keepNewest() has the oldest dropped that nobody has begun, as many as the newest need", () => {
  const { memory, writer, reader } = open(4096, 4);
  for (let n = 0; n < 4; n++) send(writer, n);
  reader.take();
  assertEquals([reader.overflowed, writer.room], [false, 3]);
  // The lane is full, and two more wait for room.
  writer.keepNewest(writer.room, 1);
  writer.keepNewest(writer.room, 2);
  reader.doneAndTake();
  assertEquals([reader.a, reader.overflowed], [1, true]);
  // What is only dropped takes no room.
  assertEquals(writer.room, 4);
  // A successor has the same to drop.
  const successor = new LaneReader(memory, 1);
  successor.adopt("keep");
  successor.take();
  assertEquals([successor.a, successor.overflowed], [1, true]);
  successor.doneAndTake();
  assertEquals([successor.a, successor.overflowed], [2, true]);
  send(writer, 4);
  send(writer, 5);
  for (const n of [3, 4, 5]) {
    assertEquals(successor.doneAndTake(), "taken");
    assertEquals([successor.a, successor.overflowed], [n, false]);
    assertEquals(writer.room, 3);
  }
});

// M46
Deno.test("LaneWriter.keepNewest() keeps the newest when the only record before it is in flight", () => {
  const { writer, reader } = open(4096, 1);
  send(writer, 0);
  reader.take();
  for (let i = 0; i < 3; i++) {
    assertEquals(writer.room, 1);
    writer.keepNewest(writer.room, 1);
  }
  reader.done();
  send(writer, 1);
  assertEquals(reader.take(), "taken");
  assertEquals([reader.a, reader.overflowed], [1, false]);
});

// M46
Deno.test("LaneWriter.needLess() lets stay what was to be dropped for those that have given up", () => {
  const { writer, reader } = open(4096, 4);
  for (let n = 0; n < 4; n++) send(writer, n);
  writer.keepNewest(writer.room, 1);
  writer.keepNewest(writer.room, 2);
  writer.needLess(1);
  const dropped: boolean[] = [];
  for (let n = 0; n < 3; n++) {
    reader.take();
    dropped.push(reader.overflowed);
    reader.done();
    if (n === 1) writer.needLess(0);
  }
  assertEquals(dropped, [true, false, false]);
});

// M46
Deno.test("LaneWriter.passDropped() forgets what was dropped before the numbers of records come round", () => {
  const { memory, writer, reader } = open(4096, 2);
  send(writer, 0);
  send(writer, 1);
  writer.keepNewest(writer.room, 1);
  reader.take();
  writer.passDropped();
  assertEquals(new Int32Array(memory)[LANE.KEPT_FROM]! < 0, true);
  reader.done();
  writer.passDropped();
  assertEquals(new Int32Array(memory)[LANE.KEPT_FROM], 0);
});

Deno.test("takeUnsettled() tells once what a consumer had taken to itself and not dealt with", () => {
  const { memory, writer, reader } = open(4096);
  for (let n = 0; n < 3; n++) {
    send(writer, n);
    reader.take();
    reader.entrust();
    reader.done();
  }
  reader.settle();
  assertEquals(takeUnsettled(memory), { from: 1, count: 2, hand: undefined });
  assertEquals(takeUnsettled(memory), { from: 1, count: 0, hand: undefined });
  // One that was fenced and runs on does not make up for what its successor loses.
  reader.settle();
  assertEquals(takeUnsettled(memory), { from: 1, count: 0, hand: undefined });
  reader.entrust();
  assertEquals(takeUnsettled(memory), { from: 1, count: 1, hand: undefined });
});

Deno.test("takeUnsettled() tells which one was being handled, unless one was dealt with since", () => {
  const memory = createLane({ from: 1, to: 2 });
  const reader = new LaneReader(memory, 0);
  reader.adopt("skip");
  reader.entrust();
  reader.entrust();
  reader.hand(7, 99);
  const hand = { who: 7, a: 99 };
  assertEquals(takeUnsettled(memory), { from: 1, count: 2, hand });
  assertEquals(takeUnsettled(memory), { from: 1, count: 0, hand: undefined });
  reader.entrust();
  reader.entrust();
  reader.hand(7, 99);
  reader.settle();
  assertEquals(takeUnsettled(memory), { from: 1, count: 1, hand: undefined });
});

Deno.test("LaneReader.adopt() fences the consumer before it in every operation", () => {
  const { memory, writer, reader } = open(1024);
  for (let i = 0; i < 4; i++) send(writer, i);
  reader.take();
  const successor = new LaneReader(memory, 1);
  assertEquals(successor.adopt("keep"), "inFlight");
  const before = new Int32Array(memory).slice();
  assertEquals(reader.doneAndTake(), "fenced");
  assertEquals(reader.done(), "fenced");
  before[33] = new Int32Array(memory)[33]!; // DONE is a statistic that an old consumer may blur
  assertEquals(new Int32Array(memory).slice(), before);
  assertEquals(successor.take(), "taken");
  assertEquals(successor.a, 0);
  const third = new LaneReader(memory, 2);
  assertEquals(third.adopt("skip"), "inFlight");
  assertEquals(third.take(), "taken");
  assertEquals(third.a, 1);
});

Deno.test("LaneReader.take() is fenced, not empty, when a successor drained the lane", () => {
  const { memory, writer, reader } = open(1024);
  const successor = new LaneReader(memory, 1);
  assertEquals(successor.adopt("skip"), "clean");
  assertEquals(reader.take(), "fenced");
  send(writer, 1);
  assertEquals(reader.take(), "fenced");
  assertEquals(successor.take(), "taken");
});

Deno.test("LaneReader.adopt() skips or keeps the record in flight and rings for room", () => {
  for (const [inFlight, first] of [["skip", 1], ["keep", 0]] as const) {
    const { memory, writer, reader } = open(1024, 3);
    for (let i = 0; i < 3; i++) send(writer, i);
    assertEquals(writer.wantRoom(0), false);
    reader.take();
    const successor = new LaneReader(memory, 1023);
    assertEquals(successor.adopt(inFlight), "inFlight");
    assertEquals(successor.roomWanted, true);
    assertEquals(successor.depth, 3 - first);
    assertEquals(writer.depth, 3 - first);
    assertEquals(laneDepth(memory), 3 - first);
    assertEquals(writer.begun(1), inFlight === "skip");
    for (let i = first; i < 3; i++) {
      assertEquals(successor.take(), "taken");
      assertEquals(successor.a, i);
      successor.done();
    }
  }
});

Deno.test("LaneWriter continues where a writer before it stopped", () => {
  const { memory, writer, reader } = open(1024, 4);
  for (let i = 0; i < 3; i++) send(writer, i, bytesOf(200, i));
  reader.take();
  reader.done();
  const next = new LaneWriter(memory);
  assertEquals([next.sent, next.depth], [3, 2]);
  assertEquals(send(next, 3, bytesOf(200, 3)), "written");
  for (let i = 1; i < 4; i++) {
    reader.take();
    assertEquals([reader.a, payloadOf(reader)], [i, bytesOf(200, i)]);
    reader.done();
  }
});

Deno.test("LaneReader.hasMore tells of records behind the one in flight", () => {
  const { writer, reader } = open(1024);
  assertEquals(reader.hasMore, false);
  send(writer, 0);
  assertEquals(reader.hasMore, true);
  reader.take();
  assertEquals(reader.hasMore, false);
  send(writer, 1);
  assertEquals(reader.hasMore, true);
});

Deno.test("LaneReader refuses to take twice and to finish nothing", () => {
  const { writer, reader } = open(1024);
  assertThrows(() => reader.done(), TypeError, "call take() first");
  assertThrows(() => reader.doneAndTake(), TypeError, "call take() first");
  send(writer, 0);
  reader.take();
  assertThrows(() => reader.take(), TypeError, "call done() first");
});
