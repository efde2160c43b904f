import { KIND } from "../../src/sync/layout.ts";
import { assertFlawFound, assertSound, type Exploration } from "./explorer.ts";
import { exploreSync } from "./sync_model.ts";

function flagging(
  threads: readonly string[],
  allowed: readonly string[],
  maxPreemptions: number,
  mayDie?: readonly string[],
): Promise<Exploration> {
  return exploreSync({
    module: import.meta.resolve("./fixtures/flag_threads.ts"),
    kind: KIND.EVENT_FLAG,
    threads,
    allowed,
    maxPreemptions,
    ...(mayDie ? { mayDie } : {}),
  });
}

Deno.test("EventFlag lets two go on", async () => { // EV03
  const threads = ["setter", "waiter1", "waiter2"];
  assertSound(await flagging(threads, ["-; 1; 1"], 3), 300);
});

Deno.test("EventFlag misses nobody when it is cleared at once", async () => { // EV02
  assertSound(await flagging(["blinker", "waiter1"], ["-; 1"], 5), 50);
});

Deno.test("EventFlag that one sets who dies is set by the next, and loses no wake-up", async () => {
  const threads = ["setter", "waiter1", "lateSetter"];
  assertSound(await flagging(threads, ["-; 1; -"], 4, ["setter"]), 300);
});

Deno.test("the explorer finds one who sets a flag and wakes nobody", async () => {
  assertFlawFound(
    await flagging(["muteSetter", "waiter1"], ["-; 1"], 3),
    "deadlock",
  );
});
