import { KIND } from "../../src/sync/layout.ts";
import { assertFlawFound, assertSound, type Exploration } from "./explorer.ts";
import { exploreSync } from "./sync_model.ts";

function doing(
  threads: readonly string[],
  allowed: readonly string[],
  maxPreemptions: number,
): Promise<Exploration> {
  return exploreSync({
    module: import.meta.resolve("./fixtures/flag_threads.ts"),
    kind: KIND.ONCE,
    threads,
    allowed,
    maxPreemptions,
    ...(threads.includes("nursery") ? { mayDie: ["doer0"] } : {}),
  });
}

Deno.test("Once is done by one of two", async () => {
  assertSound(await doing(["doer0", "doer1"], ["1; 0", "0; 1"], 3), 200);
});

Deno.test("Once is done by one of three", async () => {
  const allowed = ["1; 0; 0", "0; 1; 0", "0; 0; 1"];
  assertSound(await doing(["doer0", "doer1", "doer2"], allowed, 2), 500);
});

/** A doer that dies or is fenced has done it, so that the other finds it done; or has not, and the other does it. */
const AFTER_A_DEATH = [
  "-; 1; -",
  "-; 0; -",
  "4; 1; -",
  "4; 0; -",
  "1; 0; -",
  "0; 1; -",
];

Deno.test("Once is done by the next when its doer dies or is fenced, at whatever step", async () => { // W05
  assertSound(
    await doing(["doer0", "doer1", "nursery"], AFTER_A_DEATH, 2),
    1_000,
  );
});

Deno.test("the explorer finds a doer who wakes nobody", async () => {
  const allowed = ["1; 0", "0; 1"];
  assertFlawFound(await doing(["muteDoer", "doer1"], allowed, 3), "deadlock");
});

Deno.test("the explorer finds one who waits for a dead doer", async () => {
  assertFlawFound(
    await doing(["doer0", "trustingDoer", "nursery"], AFTER_A_DEATH, 2),
    "endless",
  );
});
