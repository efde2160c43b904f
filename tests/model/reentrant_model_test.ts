import { KIND } from "../../src/sync/layout.ts";
import { assertFlawFound, assertSound, type Exploration } from "./explorer.ts";
import { exploreSync } from "./sync_model.ts";

/** What is logged: 1 its own, 2 from one who died, 3 another was inside, 4 given up. */
function nesting(
  threads: readonly string[],
  allowed: readonly string[],
  maxPreemptions: number,
): Promise<Exploration> {
  return exploreSync({
    module: import.meta.resolve("./fixtures/reentrant_threads.ts"),
    kind: KIND.REENTRANT_MUTEX,
    threads,
    allowed,
    maxPreemptions,
    ...(threads.includes("victim") ? { mayDie: ["victim"] } : {}),
  });
}

/** What the victim saw, and the next one. */
const AFTER_A_DEATH = ["-", "1", "4"].flatMap((lost) =>
  ["1", "2"].map((next) => `${lost}; ${next}; -`)
);

Deno.test("ReentrantMutex excludes two threads until the last level is left, and loses no wake-up", async () => { // LK02, LK09
  assertSound(await nesting(["first", "second"], ["1; 1"], 4), 500);
});

Deno.test("ReentrantMutex excludes three threads until the last level is left", async () => { // LK02, LK09
  assertSound(
    await nesting(["first", "second", "third"], ["1; 1; 1"], 2),
    1_000,
  );
});

Deno.test("ReentrantMutex goes to the next when its owner dies or is fenced, at whatever step of either level", async () => { // W05
  const threads = ["victim", "second", "nursery"];
  assertSound(await nesting(threads, AFTER_A_DEATH, 2), 1_000);
});

for (
  const [flaw, who, threads, allowed] of [
    ["3", "who gives all back with the inner level", [
      "forgetful",
      "second",
    ], ["1; 1"]],
    ["deadlock", "who wakes nobody", ["mute", "second"], ["1; 1"]],
    ["deadlock", "who keeps the outer level", ["keeper", "second"], ["1; 1"]],
    ["endless", "who never believes in a death", [
      "victim",
      "trusting",
      "nursery",
    ], AFTER_A_DEATH],
  ] as const
) {
  Deno.test(`the explorer finds a holder of a re-entrant lock ${who}`, async () => {
    assertFlawFound(await nesting(threads, allowed, 3), flaw);
  });
}
