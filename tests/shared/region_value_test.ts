import { assert, assertEquals, assertThrows } from "@std/assert";
import { InvalidOptionError } from "../../src/errors.ts";
import { decode } from "../../src/memory/decode.ts";
import { encode } from "../../src/memory/encode.ts";
import { LayoutMismatchError } from "../../src/memory/layout_mismatch_error.ts";
import { libc } from "../../src/memory/libc.ts";
import { SharedMemory } from "../../src/shared/shared_memory.ts";
import { SharedValue } from "../../src/shared/shared_value.ts";
import { Mutex } from "../../src/sync/mutex.ts";
import { PACKAGE, runDeno } from "../fixtures/child_program.ts";

const PROGRAM = "tests/fixtures/region_value_program.ts";
const LIMIT = { timeout: 20_000 };

// Stays open as long as the thread runs: no test opened it.
libc();

// VA04
Deno.test("SharedValue.in() adds for three processes, and wakes those that wait", async () => {
  await using region = await SharedMemory.create({ size: 8, room: 8_192 });
  const go = SharedValue.in(region, "go", "i32", 0);
  const hits = SharedValue.in(region, "hits", "i64", 0n);
  const share = SharedValue.in(region, "share", "f64", 0);
  const children = [1, 2, 3].map(() =>
    runDeno(
      ["run", "--no-check", "--allow-ffi", PROGRAM, region.name, "20000"],
      { cwd: PACKAGE },
    )
  );
  go.add(1);
  go.notify();
  for (let value = go.value; value < 4; value = go.value) {
    assert(await go.wait(value, LIMIT));
  }
  for (const { code, stderr } of await Promise.all(children)) {
    assertEquals([code, stderr], [0, ""]);
  }
  assertEquals([hits.value, share.value], [60_000n, 30_000]);
});

Deno.test("SharedValue.in() is found with its number and its kind", async () => {
  await using region = await SharedMemory.create({ size: 8, room: 32_768 });
  const lock = Mutex.in(region, "lock");
  const value = SharedValue.in(region, "a", "u8", 255, { lock });
  assert(SharedValue.in(region, "a", "u8", 3, { lock }) === value);
  assertEquals([value.add(1), value.value], [255, 0]);
  {
    using held = await value.lock();
    assertEquals([held.ownerDied, lock.locked], [false, true]);
  }
  await using guest = await SharedMemory.open(region.name);
  const other = SharedValue.in(guest, "a", "u8", 3);
  other.value = 7;
  assertEquals([value.value, other.mutex], [7, false]);
  assertEquals(`${other}`, "SharedValue(u8, 7)");
  assertThrows(
    () => SharedValue.in(region, "a", "i8", 0),
    LayoutMismatchError,
  );
  assertThrows(
    () => SharedValue.in(region, "lock", "u8", 0),
    LayoutMismatchError,
  );
  assertThrows(
    () => SharedValue.in(region, "b", "i64", 0 as never),
    InvalidOptionError,
  );
  const { bytes, length, attachments } = encode([value, value]);
  const [one, two] = decode(bytes, 0, length, attachments) as unknown[];
  assert(one === value && two === value);
});
