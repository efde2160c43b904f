import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  InvalidOptionError,
  type Kind,
  MainThreadWaitError,
  Mutex,
  SharedValue,
  System,
} from "../../mod.ts";
import { KINDS } from "../../src/memory/kind.ts";
import { copy } from "../fixtures/handle_copy.ts";
import { PATIENT } from "../fixtures/shared_tasks.ts";
import { takeTurns } from "../fixtures/value_tasks.ts";

const INTEGERS: readonly Kind[] = KINDS.filter((kind) => !kind.startsWith("f"));

/** A number of a kind. */
function as(kind: Kind, value: number): never {
  return (kind.endsWith("64") && kind !== "f64"
    ? BigInt(value)
    : value) as never;
}

for (const kind of KINDS) {
  Deno.test(`SharedValue of ${kind} keeps what it is given`, () => {
    const value = new SharedValue<Kind>(kind, as(kind, 7));
    assertEquals(value.value, as(kind, 7));
    value.value = as(kind, 100);
    assertEquals(value.value, as(kind, 100));
    assertEquals(value.kind, kind);
  });

  Deno.test(`SharedValue of ${kind} returns from each operation what was before`, () => {
    const value = new SharedValue<Kind>(kind, as(kind, 10));
    assertEquals(value.add(as(kind, 5)), as(kind, 10));
    assertEquals(value.sub(as(kind, 3)), as(kind, 15));
    assertEquals(value.exchange(as(kind, 40)), as(kind, 12));
    assertEquals(value.compareExchange(as(kind, 1), as(kind, 2)), as(kind, 40));
    assertEquals(
      value.compareExchange(as(kind, 40), as(kind, 2)),
      as(kind, 40),
    );
    assertEquals(value.update((n) => as(kind, Number(n) * 3)), as(kind, 2));
    assertEquals(value.value, as(kind, 6));
  });
}

for (const kind of INTEGERS) {
  Deno.test(`SharedValue of ${kind} works on bits`, () => {
    const value = new SharedValue<Kind>(kind, as(kind, 0b1100));
    assertEquals(value.and(as(kind, 0b0110)), as(kind, 0b1100));
    assertEquals(value.or(as(kind, 0b0011)), as(kind, 0b0100));
    assertEquals(value.xor(as(kind, 0b0101)), as(kind, 0b0111));
    assertEquals(value.value, as(kind, 0b0010));
  });
}

Deno.test("SharedValue keeps floats bit for bit", () => {
  const value = new SharedValue("f64", 1 / 3);
  assertEquals(value.value, 1 / 3);
  for (const float of [-0, NaN, Infinity, 5e-324, Number.MAX_VALUE]) {
    value.value = float;
    assertEquals(Object.is(value.value, float), true);
  }
  assertEquals(new SharedValue("f32", 1 / 3).value, Math.fround(1 / 3));
});

Deno.test("SharedValue.compareExchange() tells zeros apart and finds NaN", () => {
  const value = new SharedValue("f64", -0);
  value.compareExchange(0, 1);
  assertEquals(Object.is(value.value, -0), true);
  value.value = NaN;
  value.compareExchange(NaN, 2);
  assertEquals(value.value, 2);
});

Deno.test("SharedValue refuses a kind that is none", () => {
  const error = assertThrows(
    () => new SharedValue("i128" as Kind, 0),
    InvalidOptionError,
    'current value is "i128"',
  );
  assertEquals(error.option, "kind");
});

Deno.test("SharedValue refuses a number of another type and stays as it was", () => {
  const small = new SharedValue("i32", 1);
  const large = new SharedValue("i64", 1n);
  for (
    const wrong of [
      () => small.value = 1n as never,
      () => small.value = "2" as never,
      () => small.add(undefined as never),
      () => small.sub(1n as never),
      () => small.and(null as never),
      () => small.exchange({} as never),
      () => small.compareExchange(1, true as never),
      () => small.update(() => "2" as never),
      () => large.value = 1 as never,
      () => large.add(1 as never),
      () => new SharedValue("i32", 1n as never),
    ]
  ) assertThrows(wrong, InvalidOptionError, "Cannot put that into a value");
  assertEquals([small.value, large.value], [1, 1n]);
});

Deno.test("SharedValue has no bits to work on when it is a float", () => {
  const value = new SharedValue("f64", 1);
  for (const work of ["and", "or", "xor"] as const) {
    assertThrows(
      () => value[work](1 as never),
      InvalidOptionError,
      "current kind is f64",
    );
  }
  assertEquals(value.value, 1);
});

Deno.test("SharedValue.update() leaves the number when the change throws", () => {
  const value = new SharedValue("i32", 5);
  assertThrows(() =>
    value.update(() => {
      throw new TypeError("no");
    }), TypeError);
  assertEquals(value.value, 5);
});

Deno.test("SharedValue.update() computes anew when somebody was faster", () => {
  const value = new SharedValue("i32", 1);
  const seen: number[] = [];
  value.update((n) => {
    seen.push(n);
    if (n === 1) value.value = 10;
    return n + 1;
  });
  assertEquals([seen, value.value], [[1, 10], 11]);
});

Deno.test("SharedValue.wait() ends when the number has changed and somebody says so", async () => {
  const value = new SharedValue("u8", 3);
  const waiting = value.wait(3);
  value.notify(); // Nothing has changed: the wait goes on.
  value.value = 4;
  value.notify();
  assertEquals(await waiting, true);
  assertEquals(await value.wait(3), true);
});

Deno.test("SharedValue.wait() compares as the memory keeps numbers", async () => {
  const value = new SharedValue("u8", 300);
  assertEquals(await value.wait(300, { timeout: 0 }), false);
  assertEquals(await value.wait(44, { timeout: 0 }), false);
});

Deno.test("SharedValue.wait() gives up after its timeout", async () => {
  const value = new SharedValue("f64", 1);
  assertEquals(await value.wait(1, { timeout: 5 }), false);
  await assertRejects(
    () => value.wait(1, { timeout: -1 }),
    InvalidOptionError,
    "'timeout' must be",
  );
});

Deno.test("SharedValue.wait() rejects with the reason of its signal and leaves no trace", async () => {
  const value = new SharedValue("i32", 1);
  const aborting = new AbortController();
  const first = assertRejects(
    () => value.wait(1, { signal: aborting.signal }),
    RangeError,
    "enough",
  );
  const second = value.wait(1);
  aborting.abort(new RangeError("enough"));
  await first;
  value.value = 2;
  value.notify(1);
  assertEquals(await second, true);
  await assertRejects(() => value.wait(2, { signal: aborting.signal }));
});

Deno.test("SharedValue.waitSync() ends when another thread has changed the number and says so", async () => {
  await using system = new System();
  const value = new SharedValue("i32", 0);
  await Promise.all(
    ([0, 1] as const).map((parity) =>
      system.run(takeTurns, [value, parity, 400], PATIENT)
    ),
  );
  assertEquals(value.value, 400);
});

Deno.test("SharedValue.waitSync() gives up after its timeout, and needs leave on the main thread", () => {
  const value = new SharedValue("u8", 44);
  assertThrows(() => value.waitSync(44), MainThreadWaitError);
  assertEquals(value.waitSync(44, { timeout: 1, onMain: true }), false);
  // As the memory keeps it.
  assertEquals(value.waitSync(300, { timeout: 0, onMain: true }), false);
  assertEquals(value.waitSync(1, { onMain: true }), true);
  const main = { onMain: true, timeout: -1 };
  assertThrows(() => value.waitSync(44, main), InvalidOptionError);
  assertThrows(() => value.waitSync(1n as never), InvalidOptionError);
});

Deno.test("SharedValue travels and is one object where it arrives twice", () => {
  const value = new SharedValue("i64", 5n);
  assertEquals(copy(value) === value, true);
  const inside = copy({ list: [value, new Map([[1, value]])] });
  assertEquals(inside.list[0] === value, true);
  assertEquals(copy(new SharedValue("f32", 2)).value, 2);
});

Deno.test("SharedValue is shown with its kind and number", () => {
  assertEquals(Deno.inspect(new SharedValue("i32", 7)), "SharedValue(i32, 7)");
});

Deno.test("SharedValue.lock() takes its own lock, or the one it was given", async () => { // VA03
  const own = new SharedValue("i32", 0);
  {
    using _held = await own.lock();
    assertEquals(own.mutex.tryLock(), undefined);
  }
  const mutex = new Mutex();
  const given = new SharedValue("i32", 0, { lock: mutex });
  assertEquals(given.mutex === mutex, true);
  assertThrows(
    () => new SharedValue("i32", 0, { lock: "none" as never }),
    InvalidOptionError,
    '"lock" must be a Mutex or false',
  );
});

Deno.test("SharedValue has no lock when it is to have none", async () => { // VA03
  const free = new SharedValue("i32", 0, { lock: false });
  // @ts-expect-error: without a lock there is no lock().
  await assertRejects(() => free.lock(), InvalidOptionError);
  assertEquals(copy(free) === free, true);
});
