import { assert, assertEquals } from "@std/assert";
import { Expiry } from "../../src/manager/expiry.ts";
import { State } from "../../src/manager/state.ts";

function put(state: State, expiry: Expiry, key: number, at: number): void {
  state.apply(["set", "m", key, "", state.revision + 1, at]);
  expiry.add("m", key, at);
}

Deno.test("Expiry holds no more than twice of what ends, however often it is written again", () => {
  const state = new State();
  const expiry = new Expiry(state, () => {});
  const later = Date.now() + 1e9;
  for (let n = 0; n < 100_000; n++) put(state, expiry, n % 10, later + n);
  assert(expiry.size <= 1_024, `${expiry.size} are held`);
  // Each is still told, once, and the first one first.
  const due = [...expiry.take(later + 1e9)];
  assertEquals(due.map(({ key }) => key), [...Array(10).keys()]);
  assertEquals(expiry.size, 0);
  expiry.close();
});

Deno.test("Expiry.take() gives what has ended in order, and leaves the rest", () => {
  const state = new State();
  const expiry = new Expiry(state, () => {});
  const later = Date.now() + 1e9;
  const ends = Array.from({ length: 5_000 }, (_, n) => (n * 7_919) % 5_000);
  for (const [key, end] of ends.entries()) put(state, expiry, key, later + end);
  const due = [...expiry.take(later + 999)].map(({ at }) => at - later);
  assertEquals(due, [...Array(1_000).keys()]);
  assertEquals(expiry.size, 4_000);
  expiry.close();
});
