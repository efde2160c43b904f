/**
 * Threads that do all kinds of things with all kinds of shared data. `SHARED_SEED` is the seed of a run, `SHARED_STEPS` how
 * many things each thread does.
 */
import { assertEquals } from "@std/assert";
import {
  ReentrantMutex,
  SharedCounters,
  SharedMap,
  SharedText,
  SharedValue,
  struct,
  StructRing,
  System,
} from "../../mod.ts";
import { type Deeds, mingle, type Pool } from "../fixtures/mingle_tasks.ts";
import { PATIENT } from "../fixtures/shared_tasks.ts";
import { threadsGone } from "../fixtures/threads_gone.ts";

const SEED = Number(Deno.env.get("SHARED_SEED") ?? 21);
const STEPS = Number(Deno.env.get("SHARED_STEPS") ?? 4_000);

const Pair = struct({ a: "i32", b: "i32" });

function poolFor(threads: number): Pool {
  return {
    gate: new SharedValue("i32", 0),
    threads,
    ints: new SharedValue("i64", 0n),
    floats: new SharedValue("f64", 0),
    digits: new SharedText(24, "0"),
    counters: new SharedCounters(["calls", "twice"]),
    map: new SharedMap(Pair, { capacity: 8, keyBytes: 8 }),
    ring: new StructRing(Pair, { capacity: 16 }),
    rows: Pair.array([{ a: 0, b: 0 }], { lock: false }),
    lock: new ReentrantMutex(),
  };
}

/** What is left in a pool, and what threads say that they did: both must be the same. */
function compare(pool: Pool, all: readonly Deeds[], where: string): void {
  const sum = (of: keyof Deeds) => all.reduce((sum, one) => sum + one[of], 0);
  const { ints, floats, digits, counters, map, ring, rows, lock } = pool;
  assertEquals(sum("halves"), 0, where);
  assertEquals(ints.value, BigInt(sum("ints")), where);
  assertEquals(floats.value, sum("floats"), where);
  assertEquals(digits.value, String(sum("digits")), where);
  const calls = sum("calls");
  assertEquals(counters.values(), { calls, twice: 2 * calls }, where);
  const counted = [...map.entries()].reduce((sum, [, { a }]) => sum + a, 0);
  assertEquals(counted, sum("map"), where);
  assertEquals(ring.size, sum("putCount") - sum("takenCount"), where);
  let left = 0;
  for (let one = ring.tryTake(); one !== undefined; one = ring.tryTake()) {
    left += one.a;
  }
  assertEquals(left, sum("putSum") - sum("takenSum"), where);
  const times = sum("locked");
  assertEquals(rows.toObjects(), [{ a: times, b: -times }], where);
  assertEquals([lock.locked, lock.depth], [false, 0], where);
}

for (const threads of [2, 4, 8]) {
  Deno.test(`${threads} threads that mingle lose nothing and see no halves, seed ${SEED}`, async () => {
    {
      await using system = new System();
      const pool = poolFor(threads);
      const all = await Promise.all(
        Array.from(
          { length: threads },
          (_, i) => system.run(mingle, [pool, SEED * 100 + i, STEPS], PATIENT),
        ),
      );
      compare(pool, all, `seed ${SEED}, ${threads} threads`);
    }
    await threadsGone();
  });
}
