import { assertEquals, assertThrows } from "@std/assert";
import { InvalidOptionError, SharedCounters, System } from "../../mod.ts";
import { copy } from "../fixtures/handle_copy.ts";
import { PATIENT, tally } from "../fixtures/shared_tasks.ts";

Deno.test("SharedCounters counts exactly, up and down", () => {
  const counters = new SharedCounters(["hits", "misses"]);
  counters.add("hits");
  counters.add("misses", 2 ** 40);
  counters.add("misses", -1);
  assertEquals(counters.values(), { hits: 1, misses: 2 ** 40 - 1 });
  assertEquals([counters.take("hits"), counters.value("hits")], [1, 0]);
});

Deno.test("SharedCounters refuses names and amounts that are none", () => {
  const counters = new SharedCounters(["hits"]);
  assertThrows(() => new SharedCounters(["a", "a"]), InvalidOptionError);
  assertThrows(() => new SharedCounters([1 as never]), InvalidOptionError);
  assertThrows(() => counters.add("hit" as never), InvalidOptionError, "hits");
  for (const amount of [0.5, NaN, Infinity, "1" as never]) {
    assertThrows(() => counters.add("hits", amount), InvalidOptionError);
  }
  assertEquals(counters.values(), { hits: 0 });
});

Deno.test("SharedCounters travels with its names and loses nothing of two threads", async () => {
  await using system = new System();
  const counters = new SharedCounters(["hits", "misses"]);
  assertEquals(copy(counters) === counters, true);
  await Promise.all(
    [1, 2].map(() => system.run(tally, [counters, 20_000], PATIENT)),
  );
  assertEquals(counters.values(), { hits: 40_000, misses: 80_000 });
});
