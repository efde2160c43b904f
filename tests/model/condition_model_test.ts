import { KIND } from "../../src/sync/layout.ts";
import { Monitor } from "../../src/sync/monitor.ts";
import { assertFlawFound, assertSound, type Exploration } from "./explorer.ts";
import { exploreSync } from "./sync_model.ts";

function tokens(
  threads: readonly string[],
  allowed: readonly string[],
  maxPreemptions: number,
): Promise<Exploration> {
  return exploreSync({
    module: import.meta.resolve("./fixtures/condition_threads.ts"),
    kind: KIND.CONDITION,
    threads,
    allowed,
    maxPreemptions,
    ...(threads.includes("victim") ? { mayDie: ["victim"] } : {}),
    more: () => [new Monitor(KIND.MUTEX, 4).words.buffer],
  });
}

Deno.test("Condition loses no notification between a look and a wait", async () => { // CO06
  assertSound(await tokens(["picker1", "putter"], ["1; -"], 2), 200);
});

Deno.test("Condition notifies two who wait", async () => { // CO04
  const threads = ["picker1", "picker2", "putter2"];
  assertSound(await tokens(threads, ["1; 1; -"], 1), 300);
});

const AFTER_A_DEATH = [
  "-; 1; -; -",
  "4; 1; -; -",
  "1; 1; -; -",
  "1,4; 1; -; -",
];

Deno.test("Condition passes on the notification of a waiter that dies or is fenced before it has the lock", async () => { // W06
  const threads = ["victim", "picker1", "putter", "nursery"];
  assertSound(await tokens(threads, AFTER_A_DEATH, 0), 100);
});

Deno.test("the explorer finds one who notifies and wakes nobody", async () => {
  assertFlawFound(await tokens(["picker1", "mute"], ["1; -"], 2), "deadlock");
});

Deno.test("the explorer finds a waiter who never believes in a death", async () => {
  const threads = ["victim", "trusting", "putter", "nursery"];
  assertFlawFound(await tokens(threads, AFTER_A_DEATH, 1), "endless");
});
