import {
  assert,
  assertEquals,
  assertNotStrictEquals,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { InvalidOptionError, System } from "../../mod.ts";
import { decode } from "../../src/memory/decode.ts";
import { encode } from "../../src/memory/encode.ts";
import { LayoutMismatchError } from "../../src/memory/layout_mismatch_error.ts";
import { libc } from "../../src/memory/libc.ts";
import {
  RegionClosedError,
  RegionExistsError,
  RegionNotFoundError,
} from "../../src/memory/region_errors.ts";
import { ViewRangeError } from "../../src/memory/view_range_error.ts";
import type { Slot } from "../../src/shared/list_layout.ts";
import { SharedList } from "../../src/shared/shared_list.ts";
import { SharedMemory } from "../../src/shared/shared_memory.ts";
import { tenfold } from "../fixtures/region_tasks.ts";

// Stays open as long as the thread runs: no test opened it.
libc();

const BYTES = Uint8Array.of(72, 111, 0);
const VALUES = ["howdy", BYTES, -273.154, 100, null, true, 42] as const;

// SL01
Deno.test("SharedList.get() gives each value with its type, and the slots are iterated in order", async () => {
  await using list = await SharedList.create(VALUES);
  assertEquals(list.length, 7);
  assertEquals([...list], [...VALUES]);
  const text: string = list.get(0);
  const bytes: Uint8Array = list.get(1);
  const number: number = list.get(2);
  const nothing: null = list.get(4);
  const truth: boolean = list.get(5);
  assertEquals([text, bytes, number, nothing, truth], [
    "howdy",
    BYTES,
    -273.154,
    null,
    true,
  ]);
  assertEquals([list.get(-1), list.get(-7)], [42, "howdy"]);
  assertEquals(
    list.layout,
    "text:8,bytes:8,f64:8,f64:8,null:8,bool:8,f64:8",
  );
});

// W14
Deno.test("SharedList keeps zeros at the end, UTF-8 of all lengths, and numbers to the bit", async () => {
  const values: Slot[] = [
    "a\0",
    "\0",
    "",
    Uint8Array.of(0, 1, 0),
    new Uint8Array(),
    "é€🚢",
    "🚢".repeat(100),
    -0,
    NaN,
    Infinity,
    5e-324,
    2n ** 63n - 1n,
    -(2n ** 63n),
    false,
  ];
  await using list = await SharedList.create(values);
  assertEquals([...list], values);
  assert(Object.is(list.get(7), -0));
  await using guest = await SharedList.open<Slot[]>(list.name);
  assertEquals([...guest], values);
});

// SL02
Deno.test("SharedList.get() and set() refuse a slot that is none", async () => {
  await using list = await SharedList.create(VALUES);
  for (const index of [7, -8, 1.5, NaN, "0"]) {
    for (
      const wrong of [
        () => list.get(index as number),
        () => list.set(index as number, 1),
      ]
    ) {
      const error = assertThrows(wrong, InvalidOptionError);
      assert(error instanceof RangeError);
      assertEquals(error.option, "index");
    }
  }
});

// SL03
Deno.test("SharedList.set() takes another type that fits, and leaves the neighbours", async () => {
  await using list = await SharedList.create(VALUES);
  const values: Slot[] = [...VALUES];
  const others: Slot[] = ["12345678", BYTES, 1.5, 7n, null, false, ""];
  for (let i = 0; i < list.length; i++) {
    for (const other of others) {
      list.set(i, other);
      values[i] = other;
      assertEquals([...list], values);
    }
  }
});

Deno.test("SharedList.set() refuses what does not fit, and the slot stays", async () => {
  await using list = await SharedList.create(VALUES);
  for (const value of [new Uint8Array(99), "123456789", "🚢🚢🚢"]) {
    const error = assertThrows(() => list.set(1, value), ViewRangeError);
    assertEquals(error.available, 8);
    assert(error.needed > 8);
  }
  assertEquals([...list], [...VALUES]);
  await using roomy = await SharedList.create([null, 1], { reserve: 90 });
  roomy.set(0, new Uint8Array(96).fill(1));
  assertEquals([roomy.get(0), roomy.get(1)], [
    new Uint8Array(96).fill(1) as unknown as null,
    1,
  ]);
  assertEquals(roomy.layout, "bytes:96,f64:96");
});

// SL05
Deno.test("SharedList.count() and indexOf() agree with a plain array", async () => {
  const values: Slot[] = [1, 2, 1, "1", 1n, true, null, NaN, BYTES, BYTES];
  await using list = await SharedList.create(values);
  for (const value of values) {
    const same = (each: Slot) => Deno.inspect(each) === Deno.inspect(value);
    assertEquals(list.count(value), values.filter(same).length);
    assertEquals(list.indexOf(value), values.findIndex(same));
  }
  for (const absent of [3, "2", 2n, false, Uint8Array.of(72)]) {
    assertEquals([list.count(absent), list.indexOf(absent)], [0, -1]);
  }
});

// SL06
Deno.test("SharedList.create() of another list is a copy of its own", async () => {
  await using list = await SharedList.create(VALUES);
  const name = `t_copy_${Deno.pid}`;
  await using copy = await SharedList.create([...list], { name });
  assertEquals([copy.name, [...copy]], [name, [...list]]);
  copy.set(6, 1);
  list.set(3, 2);
  assertEquals([list.get(6), copy.get(3)], [42, 100]);
  await assertRejects(
    () => SharedList.create([1], { name }),
    RegionExistsError,
  );
});

// SL07
Deno.test("SharedList.open() reads what the other writes", async () => {
  await using list = await SharedList.create(["a", 1]);
  await using guest = await SharedList.open<[string, number]>(list.name);
  assertNotStrictEquals(list as unknown, guest as unknown);
  guest.set(1, 880);
  list.set(0, "b");
  assertEquals([list.get(1), guest.get(0)], [880, "b"]);
});

// SL08
Deno.test("SharedList may be empty", async () => {
  await using list = await SharedList.create([]);
  await using guest = await SharedList.open<[]>(list.name);
  for (const each of [list, guest]) {
    assertEquals(
      [each.length, each.layout, each.count(1), each.indexOf(1), [...each]],
      [0, "", 0, -1, []],
    );
  }
});

// SL09
Deno.test("SharedList in a message is the same list, and the message is as short for a long one", async () => {
  await using list = await SharedList.create(
    Array.from({ length: 2_000 }, (_, i) => i),
  );
  await using short = await SharedList.create([1]);
  const { bytes, length } = encode(list);
  assert(decode(bytes, 0, length) === list);
  assertEquals(length, encode(short).length);
  await using system = new System();
  await Promise.all([
    system.run(tenfold, [list, 0, 1_000]),
    system.run(tenfold, [list, 1_000, 2_000]),
  ]);
  assertEquals([...list].reduce((x, y) => x + y, 0), 19_990_000);
});

// SL10
Deno.test("SharedList that is unlinked while it is in flight is not found", async () => {
  const list = await SharedList.create([1]);
  const { bytes, length } = encode(list);
  await list[Symbol.asyncDispose]();
  assertThrows(() => decode(bytes, 0, length), RegionNotFoundError);
});

Deno.test("SharedList says that it was closed", async () => {
  const list = await SharedList.create(VALUES);
  await list[Symbol.asyncDispose]();
  for (
    const late of [
      () => list.get(0),
      () => list.set(0, 1),
      () => list.set(0, "x"),
      () => list.count(1),
      () => list.indexOf(1),
      () => list.layout,
      () => [...list],
    ]
  ) assertThrows(late, RegionClosedError);
});

Deno.test("SharedList.create() refuses what no slot holds, and leaves no region", async () => {
  for (
    const value of [undefined, {}, [1], 2n ** 63n, Symbol("x"), new Date()]
  ) {
    const error = await assertRejects(
      () => SharedList.create([1, value as number]),
      InvalidOptionError,
    );
    assertEquals(error.option, "value");
  }
  const holed: number[] = [1];
  holed[2] = 2;
  await assertRejects(() => SharedList.create(holed), InvalidOptionError);
  await using list = await SharedList.create([1]);
  assertThrows(() => list.set(0, undefined as unknown as null), RangeError);
  assertEquals(list.get(0), 1);
  for (const options of [{ reserve: 7 }, { reserve: NaN }, { size: 1 }]) {
    await assertRejects(
      () => SharedList.create([1], options),
      InvalidOptionError,
    );
  }
  await assertRejects(
    () => SharedList.create(new Set([1]) as unknown as number[]),
    InvalidOptionError,
  );
});

Deno.test("SharedList.open() refuses a region that holds none, or one that was overwritten", async () => {
  await using region = await SharedMemory.create({ size: 64 });
  await assertRejects(() => SharedList.open(region.name), LayoutMismatchError);
  await using list = await SharedList.create([1, "two"]);
  const words = list.region.view(Int32Array);
  for (const [at, value] of [[0, -1], [0, 1_000], [6, 1 << 30], [7, -1]]) {
    const before = words[at!]!;
    words[at!] = value!;
    await assertRejects(() => SharedList.open(list.name), InvalidOptionError);
    words[at!] = before;
  }
  words[5] = 1_000_000; // Bytes of slot 0…
  words[4] = 6; // …of which there are 8, as its room is.
  await using guest = await SharedList.open<[Uint8Array, string]>(list.name);
  assertEquals([guest.get(0).length, guest.get(1)], [8, "two"]);
});
