import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  decode,
  definePortable,
  encode,
  encodeArguments,
  portable,
} from "../../src/memory/codec.ts";
import type { Encoded, EncodeOptions } from "../../src/memory/codec.ts";
import { checkSendable } from "../../src/memory/check_sendable.ts";
import { registerError } from "../../src/error_wire.ts";
import {
  DataCloneError,
  DecodeError,
  Refusal,
  TroupeError,
  UnknownHandleError,
} from "../../src/errors.ts";

/** Moves a message into shared memory at an odd place, as a lane does, and reads it there. */
function receive({ bytes, length, attachments }: Encoded): unknown {
  const ring = new Uint8Array(new SharedArrayBuffer(length + 16));
  ring.fill(0xff);
  ring.set(bytes.subarray(0, length), 7);
  const value = decode(ring, 7, 7 + length, attachments);
  ring.fill(0xa5); // Whatever was not copied out is spoiled now.
  return value;
}

function send<T>(value: T, options?: EncodeOptions): T {
  return receive(encode(value, options)) as T;
}

function refusal(args: unknown[]): DataCloneError {
  return assertThrows(() => encodeArguments(args), DataCloneError);
}

function bytesOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

/** A small generator of numbers in 0 .. 1, the same for the same seed. */
function randomFrom(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

// -- Primitives --

Deno.test("encode() keeps every kind of number", () => {
  const numbers = [0, 1, 127, 128, -1, 255, 32767, 32768, -32768, -32769];
  numbers.push(2 ** 31 - 1, 2 ** 31, -(2 ** 31), 2 ** 53, 0.1, 5e-324);
  for (const each of [...numbers, NaN, Infinity, -Infinity, -0]) {
    assert(Object.is(send(each), each), `${each} came back as ${send(each)}`);
    assert(Object.is((send([each]) as number[])[0], each));
  }
});

Deno.test("encode() keeps lists of numbers, whichever is the last one", () => {
  const last = [7, -1, 2 ** 31, -0, NaN, 0.5, -Infinity, 5e-324, 2 ** 53];
  for (const length of [1, 15, 16, 17, 1_000]) {
    for (const each of [...last, undefined, null, "8", 9n, {}, []]) {
      const list: unknown[] = Array.from({ length }, (_, i) => i * 1e6);
      list[length - 1] = each;
      const back = send({ list, again: list }) as Record<string, unknown[]>;
      assertEquals(back.list, list);
      assert(Object.is(back.list![length - 1], each) || each instanceof Object);
      assertStrictEquals(back.again, back.list);
    }
  }
});

Deno.test("encode() keeps long lists of numbers with holes", () => {
  for (const length of [16, 5_000, 4_000_000_000]) {
    const list = [1, 2, 3];
    list[length - 1] = 4;
    const back = send(list) as number[];
    assertEquals(back.length, length);
    assertEquals(Object.entries(back), Object.entries(list));
  }
});

Deno.test("encode() reads each number of a list once", () => {
  const list = Array.from({ length: 20 }, (_, i) => i);
  let reads = 0;
  Object.defineProperty(list, 10, {
    enumerable: true,
    get: () => reads++ === 0 ? 10 : "another",
  });
  assertEquals(send(list), Array.from({ length: 20 }, (_, i) => i));
  assertEquals(reads, 1);
});

Deno.test("encode() keeps constants and bigints", () => {
  for (const each of [undefined, null, true, false]) {
    assertStrictEquals(send(each), each);
  }
  for (const each of [0n, 1n, -1n, 2n ** 64n, -(2n ** 4_000n)]) {
    assertStrictEquals(send(each), each);
  }
});

Deno.test("encode() keeps strings of every length and script", () => {
  const scripts = ["a", "é", "ÿ", "Ā", "€", "😀", "\ufeff", "\ud800", "\udc00"];
  for (const each of [...scripts, "a\udc00b😀\ud800", "\0"]) {
    for (const count of [0, 1, 11, 12, 13, 39, 40, 41, 64, 5_000]) {
      const text = each.repeat(count);
      assertStrictEquals(send(text), text);
      assertEquals(send({ [text]: text }), { [text]: text });
    }
  }
});

// -- Collections --

Deno.test("encode() keeps arrays with holes", () => {
  // deno-lint-ignore no-sparse-arrays
  for (const each of [[1, , 3], [, ,], [, "a"], new Array(5_000), [[]]]) {
    const back = send(each);
    assertEquals(back.length, each.length);
    assertEquals(Object.keys(back), Object.keys(each));
    assertEquals(back, each);
  }
  const far: number[] = [];
  far[4_000_000_000] = 7;
  const back = send(far);
  assertEquals([back.length, back[4_000_000_000]], [4_000_000_001, 7]);
});

Deno.test("encode() keeps plain objects and makes instances plain", () => {
  class Point {
    x = 1;
    #y = 2;
    get y(): number {
      return this.#y;
    }
  }
  assertEquals(send(new Point() as object), { x: 1 });
  assertEquals(send(Object.assign(Object.create(null), { a: 1 })), { a: 1 });
  const odd = JSON.parse(`{"__proto__": {"a": 1}, "": 2, "1": 3}`);
  assertEquals(Object.entries(send(odd)), Object.entries(odd));
  assertStrictEquals(Object.getPrototypeOf(send(odd)), Object.prototype);
  const hidden = Object.defineProperty({ a: 1 }, "b", { value: 2 });
  assertEquals(Object.keys(send(hidden)), ["a"]);
});

Deno.test("encode() keeps Map, Set, Date, RegExp and boxed primitives", () => {
  const value = {
    map: new Map<unknown, unknown>([[1, "a"], [{ k: 1 }, new Map()]]),
    set: new Set<unknown>([1, "a", new Set([NaN])]),
    date: new Date(1e12 + 0.5),
    regexp: /a\/(?<n>b)/giu,
    boxed: [Object(1), Object("s"), Object(false), Object(5n)],
  };
  assertEquals(send(value), structuredClone(value));
  assert(Number.isNaN(send(new Date(NaN)).getTime()));
  assertEquals(typeof send(Object("s")), "object");
});

Deno.test("encode() copies buffers and every view", () => {
  const data = new Uint8Array(48).map((_, i) => i * 5).buffer;
  assertEquals(send(data), data);
  for (
    const View of [
      Int8Array,
      Uint8Array,
      Uint8ClampedArray,
      Int16Array,
      Uint16Array,
      Int32Array,
      Uint32Array,
      Float16Array,
      Float32Array,
      Float64Array,
      BigInt64Array,
      BigUint64Array,
      DataView,
    ]
  ) {
    const Any = View as DataViewConstructor;
    for (const view of [new Any(data), new Any(data, 16, 2)]) {
      const back = send(view);
      assertStrictEquals(back.constructor, View as unknown);
      assertEquals(bytesOf(back), bytesOf(view));
      assertInstanceOf(back.buffer, ArrayBuffer);
    }
  }
});

Deno.test("encode() sends only the part that a view covers", () => {
  const pool = new Uint8Array(100_000);
  assert(encode(pool.subarray(5, 10)).length < 20);
  assertEquals(send(pool.subarray(5, 10)).buffer.byteLength, 5);
});

// -- Identity --

Deno.test("encode() keeps cycles and shared references", () => {
  const shared = { a: 1 };
  const value: Record<string, unknown> = { one: shared, two: [shared] };
  value.self = value;
  value.map = new Map<unknown, unknown>([[shared, value]]);
  const back = send(value) as {
    one: unknown;
    two: unknown[];
    self: unknown;
    map: Map<unknown, unknown>;
  };
  assertStrictEquals(back.self, back);
  assertStrictEquals(back.two[0], back.one);
  assertStrictEquals(back.map.get(back.one), back);
});

Deno.test("encode() keeps identity among many objects", () => {
  const list = Array.from({ length: 500 }, (_, i) => ({ i }));
  const back = send([list, [...list].reverse()]) as { i: number }[][];
  for (let i = 0; i < 500; i++) {
    assertStrictEquals(back[0]![i], back[1]![499 - i]);
  }
});

Deno.test("encode() keeps views on the same memory together", () => {
  const floats = new Float64Array([1, 2, 3]);
  const value = {
    floats,
    bytes: new Uint8Array(floats.buffer, 8, 8),
    floats2: floats,
  };
  const back = send({ ...value, buffer: floats.buffer });
  assertStrictEquals(back.bytes.buffer, back.floats.buffer);
  assertStrictEquals(back.buffer, back.floats.buffer);
  assertStrictEquals(back.floats2, back.floats);
  assertEquals(back.bytes.byteOffset, 8);
});

// -- Attachments --

Deno.test("encode() attaches shared memory once and keeps views on it", () => {
  const memory = new SharedArrayBuffer(64);
  const view = new Int32Array(memory, 8, 4);
  const message = encode({ view, memory, again: new Uint8Array(memory) });
  assertEquals(message.attachments, [memory]);
  const back = receive(message) as { view: Int32Array; again: Uint8Array };
  assertStrictEquals(back.view.buffer as unknown, memory);
  assertStrictEquals(back.again.buffer as unknown, memory);
  assertEquals([back.view.byteOffset, back.view.length], [8, 4]);
});

Deno.test("encode() attaches transferred buffers, ports and streams", () => {
  const bytes = new Uint8Array([1, 2, 3]);
  const { port1, port2 } = new MessageChannel();
  const stream = new ReadableStream();
  const transfer = [bytes.buffer, port1];
  const message = encode([bytes.subarray(1), port1, stream], { transfer });
  assertEquals(message.attachments, [bytes.buffer, port1, stream]);
  const back = receive(message) as [Uint8Array, MessagePort, ReadableStream];
  assertEquals([...back[0]], [2, 3]);
  assertStrictEquals(back[1], port1);
  assertStrictEquals(back[2], stream);
  assertEquals(encode(1).attachments, undefined);
  port1.close();
  port2.close();
});

// -- Errors --

Deno.test("encode() keeps the class, fields and cause of errors", () => {
  class LedgerError extends Error {
    account = 7;
  }
  registerError(LedgerError);
  const refusal = new Refusal("No", { data: new Map([[1, [2n]]]) });
  const cause = new AggregateError([new TypeError("T"), refusal], "Many");
  const error = new LedgerError("L", { cause });
  const back = send({ error, again: error });
  assertInstanceOf(back.error, LedgerError);
  assertStrictEquals(back.again, back.error);
  assertEquals([back.error.message, back.error.account], ["L", 7]);
  const many = back.error.cause as AggregateError;
  assertInstanceOf(many, AggregateError);
  assertInstanceOf(many.errors[0], TypeError);
  assertInstanceOf(many.errors[1], Refusal);
  assertEquals((many.errors[1] as Refusal).data, new Map([[1, [2n]]]));
  assertEquals(back.error.stack, error.stack);
});

// -- Handles --

class Cell {
  constructor(readonly memory: SharedArrayBuffer, readonly name: string) {}
  [portable](): { kind: string; data: unknown } {
    return { kind: "test cell", data: [this.memory, this.name] };
  }
}

Deno.test("definePortable() revives handles and keeps their identity", () => {
  definePortable("test cell", (data) => {
    const [memory, name] = data as [SharedArrayBuffer, string];
    assertEquals(send({ inner: name }), { inner: name }); // A codec of its own.
    return new Cell(memory, name);
  });
  const cell = new Cell(new SharedArrayBuffer(8), "n");
  const back = send({ first: { a: 1 }, list: [cell, new Map([[cell, 1]])] });
  const [made, map] = back.list as [Cell, Map<Cell, number>];
  assertInstanceOf(made, Cell);
  assertStrictEquals(made.memory, cell.memory);
  assertEquals([made.name, map.get(made)], ["n", 1]);
});

Deno.test("encode() sends handles that are functions or proxies", () => {
  definePortable("test name", (data) => data);
  const callable = Object.assign(() => 1, {
    [portable]: () => ({ kind: "test name", data: "f" }),
  });
  const proxy = new Proxy(new Cell(new SharedArrayBuffer(8), "p"), {});
  const back = send([callable, proxy]) as unknown[];
  assertEquals(back[0], "f");
  assertInstanceOf(back[1], Cell);
  const answersAll = new Proxy({}, { get: () => () => ({ kind: "a" }) });
  assertEquals(refusal([answersAll]).path, "args[0]");
});

Deno.test("decode() gives a handle of an unknown kind that can be sent on, and says what is missing when it is used", async () => {
  const strange = { [portable]: () => ({ kind: "strange", data: [1] }) };
  const [there] = send([strange]) as unknown as [{ take(): void }];
  const error = assertThrows(() => there.take(), UnknownHandleError);
  assertEquals(error.kind, "strange");
  assertStringIncludes(error.message, '"take"');
  assertStrictEquals(await Promise.resolve(there), there);
  definePortable("strange", (data) => data);
  assertEquals<unknown>(send([there]), [[1]]);
});

Deno.test("encode() refuses to run inside a portable method", () => {
  const nested = { [portable]: () => ({ kind: "x", data: encode(1) }) };
  assertThrows(() => encode(nested), DataCloneError, "while another value");
  assertEquals(send(5), 5);
});

// -- Refusals --

Deno.test("encodeArguments() names the path of what it refuses", () => {
  const click = { on: { click() {} } };
  assertEquals(refusal([click]).path, "args[0].on.click");
  assertEquals(
    refusal([click]).message,
    'Cannot send args[0].on.click as it is the function "click": call it and send the result, or send a ref of the actor that has it',
  );
  assertEquals(refusal([1, [Symbol("s")]]).path, "args[1][0]");
  assertEquals(refusal([{ "a b": new WeakMap() }]).path, 'args[0]["a b"]');
  const map = new Map([["k", Promise.resolve()]]);
  assertEquals(refusal([map]).path, 'args[0].get("k")');
  assertEquals(refusal([new Set([() => 1])]).path, "args[0].at(0)");
  const cyclic: Record<string, unknown> = {};
  cyclic.self = cyclic;
  cyclic.bad = refusal;
  assertEquals(refusal([cyclic]).path, "args[0].bad");
  const handle = { [portable]: () => ({ kind: "x", data: [refusal] }) };
  assertEquals(refusal([{ handle }]).path, "args[0].handle");
  assertEquals(
    assertThrows(() => encode(refusal), DataCloneError).path,
    "value",
  );
  const many = [...new Array(20).keys(), refusal];
  assertEquals(refusal(many).path, "args[20]");
});

Deno.test("encode() refuses what has no meaning elsewhere", () => {
  class Sub extends Promise<void> {}
  for (
    const value of [
      Promise.resolve(),
      Sub.resolve(),
      new WeakMap(),
      new WeakRef({}),
      new Proxy({}, {}),
      new Proxy([], {}),
      new URL("a:b"),
      new URLSearchParams(),
      new Headers(),
      new Request("http://a"),
      new Response(),
      new FormData(),
      new AbortController().signal,
      new Intl.NumberFormat(),
      new Map().values(),
      (function* () {})(),
      new WebAssembly.Memory({ initial: 1 }),
      detached(),
      globalThis,
    ]
  ) {
    const error = refusal([{ value }]);
    assertEquals(error.path, "args[0].value");
    assert(error.message.includes(": "), error.message);
  }
});

function detached(): ArrayBuffer {
  const buffer = new ArrayBuffer(8);
  structuredClone(buffer, { transfer: [buffer] });
  return buffer;
}

Deno.test("encode() works again after a refusal or a getter that throws", () => {
  refusal([{ a: [{}, {}, refusal] }]);
  const bad = {
    get a(): never {
      throw new Refusal("Mine");
    },
  };
  assertThrows(() => encode(bad), Refusal, "Mine");
  const shared = {};
  const back = send([shared, shared]);
  assertStrictEquals(back[0], back[1]);
});

Deno.test("encode() refuses very deep values with a typed error", () => {
  let deep: unknown = 1;
  for (let i = 0; i < 100_000; i++) deep = i % 2 === 0 ? [deep] : { deep };
  const error = refusal([deep]);
  assert(error.message.includes("too deep"), error.message);
  let fine: unknown = 1;
  for (let i = 0; i < 990; i++) fine = i % 2 === 0 ? [fine] : { fine };
  assertEquals(JSON.stringify(send(fine)), JSON.stringify(fine));
});

// -- Size --

Deno.test("encode() grows its scratch memory and gives it back", () => {
  const big = "x".repeat(5_000_000);
  assertStrictEquals(send(big), big);
  assertEquals(send({ a: 1 }), { a: 1 });
  assert(encode(1).bytes.length <= 1 << 20);
  const wide = Object.fromEntries(
    Array.from({ length: 20_000 }, (_, i) => [`key${i}`, -i / 3]),
  );
  assertEquals(send(wide), wide);
  const args = Array.from({ length: 40 }, (_, i) => `${i}`.repeat(40));
  assertEquals(receive(encodeArguments(args)), args);
});

Deno.test("encodeArguments() makes a fresh array of every count", () => {
  for (let count = 0; count < 20; count++) {
    const args = Array.from({ length: count }, (_, i) => ({ i }));
    assertEquals(receive(encodeArguments(args)), args);
  }
});

// -- Random values and random bytes --

function randomValue(random: () => number, depth: number): unknown {
  const pick = Math.floor(random() * (depth > 4 ? 9 : 15));
  const count = Math.floor(random() * 6);
  const some = (): unknown[] =>
    Array.from({ length: count }, () => randomValue(random, depth + 1));
  const text = String.fromCharCode(
    ...Array.from(
      { length: Math.floor(random() * 60) },
      () => random() * (random() < 0.9 ? 128 : 0x10000),
    ),
  );
  switch (pick) {
    case 0:
      return Math.floor((random() - 0.5) * 2 ** (random() * 40));
    case 1:
      return (random() - 0.5) * 10 ** (random() * 20);
    case 2:
    case 3:
      return text;
    case 4:
      return [undefined, null, true, false, NaN, -0][count];
    case 5:
      return BigInt(Math.floor(random() * 2 ** 50)) ** BigInt(count);
    case 6:
      return new Date(Math.floor(random() * 1e13));
    case 7:
      return new Uint16Array(some().length).map(() => random() * 65_536);
    case 8:
      return new RegExp(`a{${count}}`, "g");
    case 9:
    case 10:
      return some();
    case 11:
      return new Map(some().map((each, i) => [i % 2 ? text + i : i, each]));
    case 12:
      return new Set(some());
    default:
      return Object.fromEntries(some().map((each, i) => [text + i, each]));
  }
}

Deno.test("encode() agrees with structured clone on random values", () => {
  const seed = 20_251_121;
  const random = randomFrom(seed);
  for (let run = 0; run < 3_000; run++) {
    const value = randomValue(random, 0);
    assertEquals(
      send(value),
      structuredClone(value),
      `seed ${seed}, run ${run}`,
    );
  }
});

Deno.test("decode() answers garbage with a typed error or a value", () => {
  const seed = 7;
  const random = randomFrom(seed);
  for (let run = 0; run < 20_000; run++) {
    let bytes: Uint8Array;
    if (run % 2 === 0) {
      bytes = new Uint8Array(1 + Math.floor(random() * 60))
        .map(() => random() * 256);
    } else {
      const error = Object.assign(new Refusal("r"), { at: [1, { b: 2 }] });
      const message = encode([randomValue(random, 2), error, "x"]);
      bytes = message.bytes.slice(0, message.length);
      for (let hits = 0; hits < 3; hits++) {
        bytes[Math.floor(random() * bytes.length)] = random() * 256;
      }
      if (random() < 0.2) bytes = bytes.slice(0, random() * bytes.length);
    }
    try {
      decode(bytes, 0, bytes.length);
    } catch (error) {
      assert(
        error instanceof TroupeError,
        `seed ${seed}, run ${run}: ${[...bytes]} gave ${error}`,
      );
    }
  }
});

Deno.test("decode() does not take memory on the word of a count", () => {
  const counts = [0xff, 0xff, 0xff, 0xff, 0x0f];
  for (const tag of [0xc7, 0xc8, 0xc9, 0xca, 0xd0, 0xd3, 0xd8, 0xde]) {
    const bytes = new Uint8Array([tag, ...counts, 1, 2, 3]);
    assertThrows(() => decode(bytes, 0, bytes.length), DecodeError);
  }
  const onNumber = new Uint8Array([0xdb, 1, 0, 0, 0xc5, 0, 0, 0, 0x40]);
  assertThrows(() => decode(onNumber, 0, 9), DecodeError, "on no buffer");
  const nested = new Uint8Array(200_000).fill(0xd4);
  assertThrows(() => decode(nested, 0, nested.length), DecodeError, "deep");
  assertThrows(() => decode(new Uint8Array(4), 3, 9), DecodeError);
  assertThrows(() => decode(new Uint8Array(4), 0, 4), DecodeError, "left over");
});

Deno.test("decode() survives a forged error that contains itself", () => {
  const wire = { "troupe:error": "Error", base: "Error", name: "Error" };
  const forged: Record<string, unknown> = { ...wire, message: "m", stack: "s" };
  forged.fields = { forged };
  forged.cause = forged;
  const { bytes, length } = encode(forged);
  const message = new Uint8Array([0xdd, ...bytes.subarray(0, length)]);
  // The references inside count from the error itself now: either is fine.
  try {
    assertInstanceOf(decode(message, 0, message.length), Error);
  } catch (error) {
    assertInstanceOf(error, TroupeError);
  }
});

Deno.test("encode() names the path of what throws when it is read", () => {
  const bad = {
    get "x y"(): never {
      throw new RangeError("no such thing");
    },
  };
  const list: unknown[] = [1, bad];
  for (
    const [value, path] of [
      [bad, 'value["x y"]'],
      [{ a: { b: list } }, 'value.a.b[1]["x y"]'],
      [new Map([["k", bad]]), 'value.get("k")["x y"]'],
      [new Set([1, bad]), 'value.at(1)["x y"]'],
    ] as const
  ) {
    const looks = [() => encode(value), () => checkSendable(value, "value")];
    for (const look of looks) {
      const error = assertThrows(
        look,
        DataCloneError,
        `Cannot send ${path} as reading it failed: no such thing`,
      );
      assertEquals(error.path, path);
      assertInstanceOf(error.cause, RangeError);
    }
  }
});
