import { KIND, PRIMITIVE } from "../../src/sync/layout.ts";
import { assertFlawFound, assertSound, type Exploration } from "./explorer.ts";
import { exploreSync } from "./sync_model.ts";

function counting(threads: readonly string[]): Promise<Exploration> {
  return exploreSync({
    module: import.meta.resolve("./fixtures/flag_threads.ts"),
    kind: KIND.LATCH,
    threads,
    allowed: ["-; -; 1", "-; 1"],
    maxPreemptions: 3,
    prepare: ({ words }) => void (words[PRIMITIVE.WORD] = threads.length - 1),
  });
}

Deno.test("Latch lets go when both have counted down", async () => {
  assertSound(await counting(["counter0", "counter1", "latched"]), 200);
});

Deno.test("the explorer finds one who counts down and wakes nobody", async () => {
  assertFlawFound(await counting(["muteCounter", "latched"]), "deadlock");
});
