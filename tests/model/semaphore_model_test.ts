import { KIND, PRIMITIVE } from "../../src/sync/layout.ts";
import { assertFlawFound, assertSound, type Exploration } from "./explorer.ts";
import { exploreSync } from "./sync_model.ts";

function permits(
  threads: readonly string[],
  allowed: readonly string[],
  maxPreemptions: number,
  free = 1,
): Promise<Exploration> {
  return exploreSync({
    module: import.meta.resolve("./fixtures/semaphore_threads.ts"),
    kind: KIND.SEMAPHORE,
    threads,
    allowed,
    maxPreemptions,
    ...(threads.includes("victim") ? { mayDie: ["victim"] } : {}),
    prepare: ({ words }) => void (words[PRIMITIVE.WORD] = free << 1),
  });
}

/** What the victim saw, and the next one. */
const AFTER_A_DEATH = ["-", "1", "4"].flatMap((lost) =>
  ["1", "2"].map((next) => `${lost}; ${next}; -`)
);

Deno.test("Semaphore gives one permit to one at a time, and loses no wake-up", async () => { // LK04, LK09
  assertSound(await permits(["first", "second"], ["1; 1"], 4), 300);
});

Deno.test("Semaphore serves three threads with one permit", async () => { // LK09
  assertSound(
    await permits(["first", "second", "third"], ["1; 1; 1"], 2),
    500,
  );
});

Deno.test("Semaphore.take() has what release() adds, whichever comes first", async () => {
  assertSound(await permits(["taker", "giver"], ["1; -"], 4, 0), 50);
});

Deno.test("Semaphore frees the permit of a thread that dies or is fenced, at whatever step", async () => { // W05
  const threads = ["victim", "second", "nursery"];
  assertSound(await permits(threads, AFTER_A_DEATH, 2), 1_000);
});

Deno.test("the explorer finds a holder of a permit who wakes nobody", async () => {
  assertFlawFound(await permits(["mute", "second"], ["1; 1"], 3), "deadlock");
});

Deno.test("the explorer finds a waiter for a permit who never believes in a death", async () => {
  const threads = ["victim", "trusting", "nursery"];
  assertFlawFound(await permits(threads, AFTER_A_DEATH, 2), "endless");
});
