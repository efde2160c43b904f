/**
 * The names of Python's locks and shared data, and the shape that each has here: what does not fit is a type error.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import {
  Barrier,
  Condition,
  EventFlag,
  type Held,
  type Kind,
  Mutex,
  ReentrantMutex,
  Semaphore,
  sharedArray,
  SharedText,
  SharedValue,
  struct,
} from "../../mod.ts";

/** How long to wait, and until which signal. */
interface Wanted {
  readonly timeout?: number;
  readonly signal?: AbortSignal;
}

interface WantedMutex {
  lock(options?: Wanted): Promise<Held>;
  lockSync(options?: { timeout?: number }): Held;
  tryLock(): Held | undefined;
}

interface WantedSemaphore {
  acquire(options?: Wanted): Promise<Held>;
  release(): void;
  readonly value: number;
}

interface WantedCondition {
  lock(options?: Wanted): Promise<Held>;
  wait(options?: Wanted): Promise<boolean>;
  until(holds: () => boolean, options?: Wanted): Promise<boolean>;
  notify(count?: number): void;
  notifyAll(): void;
}

interface WantedFlag {
  readonly isSet: boolean;
  set(): void;
  clear(): void;
  wait(options?: Wanted): Promise<boolean>;
}

interface WantedBarrier {
  wait(options?: Wanted): Promise<number>;
  abort(): void;
  reset(): void;
  readonly broken: boolean;
  readonly waiting: number;
}

interface WantedValue<N> {
  value: N;
  add(amount: N): N;
  compareExchange(expected: N, value: N): N;
  lock(): Promise<Held>;
}

interface WantedArray<R> extends Iterable<R> {
  readonly length: number;
  at(index: number): R;
  toObjects(): R[];
  lock(): Promise<Held>;
}

/** Each name, made as it is meant to be. */
function oneOfEach(): [
  WantedMutex,
  Mutex,
  WantedSemaphore,
  WantedSemaphore,
  WantedCondition,
  WantedCondition,
  WantedFlag,
  WantedBarrier,
  WantedBarrier,
] {
  return [
    new Mutex(),
    new ReentrantMutex(),
    new Semaphore(1),
    new Semaphore(1, { max: 2 }),
    new Condition(),
    new Condition(new Mutex()),
    new EventFlag(),
    new Barrier(2),
    new Barrier(2, { timeout: 5 }),
  ];
}

Deno.test("locks have the names and shapes that programs are written for", () => {
  const kinds = oneOfEach().map((one) => one.constructor.name);
  assertEquals(kinds, [
    "Mutex",
    "ReentrantMutex",
    "Semaphore",
    "Semaphore",
    "Condition",
    "Condition",
    "EventFlag",
    "Barrier",
    "Barrier",
  ]);
  assertEquals(new ReentrantMutex() instanceof Mutex, true);
});

Deno.test("shared data have the names and shapes that programs are written for", async () => {
  const count: WantedValue<number> = new SharedValue("i32", 7);
  const wide: WantedValue<bigint> = new SharedValue("u64", 7n);
  const plain: SharedValue = new SharedValue("i32", 7);
  assertEquals([count.add(1), wide.add(1n), plain.value], [7, 7n, 7]);
  (await count.lock())[Symbol.dispose]();
  const kinds: readonly Kind[] = [
    "i8",
    "u8",
    "i16",
    "u16",
    "i32",
    "u32",
    "i64",
    "u64",
    "f32",
    "f64",
  ];
  assertEquals(kinds.length, 10);

  const numbers: Int32Array = sharedArray(Int32Array, [1, 2]);
  const zeros: Float64Array = sharedArray(Float64Array, 2);
  assertEquals([...numbers, ...zeros], [1, 2, 0, 0]);
  assertEquals(numbers.buffer instanceof SharedArrayBuffer, true);

  const text: { value: string } = new SharedText(8, "ab");
  const empty: { value: string } = new SharedText(8);
  assertEquals([text.value, empty.value], ["ab", ""]);

  const Point = struct({ x: "f64", n: "i64" });
  const points: WantedArray<{ x: number; n: bigint }> = Point.array([
    { x: 1, n: 2n },
  ]);
  const others: WantedArray<{ x: number; n: bigint }> = Point.array(3, {
    lock: new Mutex(),
  });
  (await others.lock())[Symbol.dispose]();
  assertEquals([Point.byteLength, points.length, others.length], [16, 1, 3]);
  assertEquals(points.toObjects(), [{ x: 1, n: 2n }]);
  assertEquals(Point.on(new SharedArrayBuffer(32), 16, 1).length, 1);
});
