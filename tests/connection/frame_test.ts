import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  FrameError,
  frameOf,
  FrameReader,
} from "../../src/connection/frame.ts";

/** A generator of numbers below `n` that gives the same ones each time. */
function dice(seed: number): (n: number) => number {
  return (n) => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor(seed / 2 ** 32 * n);
  };
}

Deno.test("FrameReader.push() gives the messages back when they come in pieces of any size", () => {
  const roll = dice(7);
  const sent = Array.from(
    { length: 200 },
    () => new Uint8Array(1 + roll(300)).map(() => roll(256)),
  );
  const bytes = new Uint8Array(sent.flatMap((each) => [...frameOf(each)]));
  const reader = new FrameReader(300);
  const got: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const size = 1 + roll(50);
    got.push(...reader.push(bytes.subarray(at, at + size)));
    at += size;
  }
  assertEquals(got, sent);
  assertEquals(reader.amid, false);
});

Deno.test("FrameReader.push() throws FrameError when a frame is empty or over the limit", () => {
  const header = (length: number): Uint8Array => {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, length, true);
    return bytes;
  };
  for (const length of [0, 33, 2 ** 32 - 1]) {
    const error = assertThrows(
      () => [...new FrameReader(32).push(header(length))],
      FrameError,
    );
    assert(error.message.endsWith(`current value is ${length}`));
  }
});

Deno.test("FrameReader.push() throws nothing but FrameError and holds no more than its limit when it reads garbage", () => {
  const roll = dice(11);
  const LIMIT = 64;
  const chunk = new Uint8Array(16);
  let refused = 0;
  let reader = new FrameReader(LIMIT);
  for (let i = 0; i < 1_000_000; i++) {
    const size = 1 + roll(16);
    // Small lengths are likely, so that frames get through too.
    for (let at = 0; at < size; at++) chunk[at] = roll(4) === 0 ? roll(256) : 0;
    try {
      for (const message of reader.push(chunk.subarray(0, size))) {
        assert(message.buffer.byteLength <= LIMIT);
      }
    } catch (error) {
      assert(error instanceof FrameError);
      refused++;
      reader = new FrameReader(LIMIT);
    }
  }
  assert(refused > 1_000);
});
