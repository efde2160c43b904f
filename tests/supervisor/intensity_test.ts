import { assertEquals } from "@std/assert";
import {
  DEFAULT_BUDGET,
  type RestartBudget,
  spendRestart,
} from "../../src/supervisor/intensity.ts";

/** Whether a restart at each of the times is allowed. */
function verdicts(times: number[], budget: RestartBudget): boolean[] {
  let entries: readonly { atMs: number }[] = [];
  return times.map((atMs) => {
    const spent = spendRestart(entries, { atMs }, budget);
    entries = spent.entries;
    return spent.allowed;
  });
}

Deno.test("DEFAULT_BUDGET is 3 restarts in 5,000 ms", () => { // S22
  assertEquals(DEFAULT_BUDGET, { maxRestarts: 3, withinMs: 5_000 });
});

Deno.test("spendRestart() refuses the first restart when none is allowed", () => { // S26
  assertEquals(verdicts([0], { maxRestarts: 0, withinMs: 1_000 }), [false]);
});

Deno.test("spendRestart() allows n restarts and refuses the next inside the window", () => { // S27
  const budget = { maxRestarts: 3, withinMs: 1_000 };
  assertEquals(verdicts([0, 1, 2, 3], budget), [true, true, true, false]);
});

Deno.test("spendRestart() forgets restarts that are older than the window", () => { // S28
  const budget = { maxRestarts: 2, withinMs: 100 };
  assertEquals(
    verdicts([0, 60, 120, 180, 240, 300], budget),
    [true, true, true, true, true, true],
  );
});

Deno.test("spendRestart() counts a restart P-1 ms ago", () => { // S29
  const budget = { maxRestarts: 1, withinMs: 1_000 };
  assertEquals(verdicts([5_000, 5_999], budget), [true, false]);
});

Deno.test("spendRestart() forgets a restart exactly P ms ago", () => { // S29
  const budget = { maxRestarts: 1, withinMs: 1_000 };
  assertEquals(verdicts([5_000, 6_000], budget), [true, true]);
});

Deno.test("spendRestart() forgets a restart P+1 ms ago", () => { // S29
  const budget = { maxRestarts: 1, withinMs: 1_000 };
  assertEquals(verdicts([5_000, 6_001], budget), [true, true]);
});

Deno.test("spendRestart() survives what whole seconds do not", () => { // S29
  const budget = { maxRestarts: 1, withinMs: 1_000 };
  assertEquals(verdicts([900, 2_000, 3_300], budget), [true, true, true]);
});

Deno.test("spendRestart() keeps one entry when the budget is endless", () => {
  const budget = { maxRestarts: Infinity, withinMs: Infinity };
  const spent = spendRestart([{ atMs: 1 }], { atMs: 2 }, budget);
  assertEquals(spent, { allowed: true, entries: [{ atMs: 2 }] });
});

Deno.test("spendRestart() never forgets when the window is endless", () => {
  const budget = { maxRestarts: 1, withinMs: Infinity };
  assertEquals(verdicts([0, 1e9], budget), [true, false]);
});
