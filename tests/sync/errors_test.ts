import { assertEquals, assertInstanceOf } from "@std/assert";
import {
  BrokenBarrierError,
  DeadlockError,
  FencedError,
  MainThreadWaitError,
  NotHeldError,
  OverReleasedError,
  TroupeError,
  WaitTimeoutError,
} from "../../mod.ts";
import { errorFromWire, errorToWire } from "../../src/error_wire.ts";

const CLASSES = [
  [BrokenBarrierError, "BrokenBarrierError", "TROUPE_BROKEN_BARRIER"],
  [DeadlockError, "DeadlockError", "TROUPE_DEADLOCK"],
  [FencedError, "FencedError", "TROUPE_FENCED"],
  [MainThreadWaitError, "MainThreadWaitError", "TROUPE_MAIN_THREAD_WAIT"],
  [NotHeldError, "NotHeldError", "TROUPE_NOT_HELD"],
  [OverReleasedError, "OverReleasedError", "TROUPE_OVER_RELEASED"],
] as const;

for (const [Class, name, code] of CLASSES) {
  Deno.test(`${name} keeps its class, name and code on its way`, () => {
    const error = errorFromWire(structuredClone(errorToWire(new Class("A"))));
    assertInstanceOf(error, Class);
    assertInstanceOf(error, TroupeError);
    assertEquals([error.name, error.code, error.message], [name, code, "A"]);
    assertEquals(Object.keys(error), []);
  });
}

Deno.test("WaitTimeoutError keeps its time on its way", () => {
  const sent = new WaitTimeoutError("A", { timeoutMs: 5 });
  const error = errorFromWire(structuredClone(errorToWire(sent)));
  assertInstanceOf(error, WaitTimeoutError);
  assertEquals([error.timeoutMs, error.name, error.code], [
    5,
    "WaitTimeoutError",
    "TROUPE_WAIT_TIMEOUT",
  ]);
});
