import { assertEquals, assertRejects } from "@std/assert";
import {
  type Held,
  Mutex,
  RwLock,
  Semaphore,
  WaitTimeoutError,
} from "../../mod.ts";

/** More than there are places in the memory of a lock. */
const CROWD = 1_000;

/** Has so many take what `obtain` gives; says in which order they had it. */
async function orderOf(obtain: () => Promise<Held>): Promise<number[]> {
  const order: number[] = [];
  await Promise.all(Array.from({ length: CROWD }, async (_, n) => {
    using _held = await obtain();
    order.push(n);
    await Promise.resolve();
  }));
  return order;
}

const IN_ORDER = Array.from({ length: CROWD }, (_, n) => n);

Deno.test("Mutex.lock() is granted in the order of arrival, however many wait", async () => {
  const mutex = new Mutex();
  assertEquals(await orderOf(() => mutex.lock()), IN_ORDER);
  assertEquals(mutex.locked, false);
});

Deno.test("Semaphore.acquire() is granted in the order of arrival, however many wait", async () => {
  const slots = new Semaphore(1);
  assertEquals(await orderOf(() => slots.acquire()), IN_ORDER);
  assertEquals(slots.value, 1);
});

Deno.test("RwLock.write() is granted in the order of arrival, however many wait", async () => {
  const lock = new RwLock();
  assertEquals(await orderOf(() => lock.write()), IN_ORDER);
  assertEquals(lock.writing, false);
});

Deno.test("Semaphore.take() of one who comes late does not overtake those who found no room", async () => {
  const items = new Semaphore(0);
  const order: number[] = [];
  const taking = Array.from({ length: CROWD }, async (_, n) => {
    await items.take();
    order.push(n);
  });
  for (let n = 0; n < CROWD; n++) items.release();
  // There are permits now for which those in the queue have not been asked.
  taking.push(items.take().then(() => void order.push(CROWD)));
  items.release();
  await Promise.all(taking);
  assertEquals(order, [...IN_ORDER, CROWD]);
  assertEquals(items.value, 0);
});

Deno.test("one of a crowd that gives up leaves nothing, wherever it stands", async () => {
  const mutex = new Mutex();
  const first = await mutex.lock();
  const aborting = new AbortController();
  const { signal } = aborting;
  const order: number[] = [];
  const waiting = IN_ORDER.map(async (n) => {
    // Some of those with a place in the queue, and some of those without.
    const wait = n % 3 === 0 ? { signal } : n % 3 === 1 ? { timeout: 20 } : {};
    using _held = await mutex.lock(wait);
    order.push(n);
  });
  const refused = waiting.filter((_, n) => n % 3 === 0).map((one) =>
    assertRejects(() => one, RangeError, "enough")
  );
  const late = waiting.filter((_, n) => n % 3 === 1).map((one) =>
    assertRejects(() => one, WaitTimeoutError)
  );
  aborting.abort(new RangeError("enough"));
  await Promise.all([...refused, ...late]);
  first[Symbol.dispose]();
  await Promise.all(waiting.filter((_, n) => n % 3 === 2));
  assertEquals(order, IN_ORDER.filter((n) => n % 3 === 2));
  assertEquals(mutex.locked, false);
});
