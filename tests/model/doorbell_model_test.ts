import {
  assertFlawFound,
  assertSound,
  type Exploration,
  explore,
} from "./explorer.ts";

function ringing(
  threads: readonly string[],
  maxPreemptions = Infinity,
): Promise<Exploration> {
  return explore({
    module: import.meta.resolve("./fixtures/doorbell_threads.ts"),
    threads,
    setup: () => [new SharedArrayBuffer(128)],
    outcome: (run) => `saw ${run.logs.at(-1)}`,
    allowed: (outcome) => outcome === "saw 2",
    words: { "0:0": "BELL", "0:16": "PUBLISHED" },
    maxPreemptions,
  });
}

Deno.test("Doorbell loses no wake-up of one producer in any schedule", async () => {
  assertSound(await ringing(["busyProducer", "consumer"]));
});

Deno.test("Doorbell loses no wake-up of two producers", async () => {
  assertSound(await ringing(["producer", "producer", "consumer"], 4));
});

Deno.test("the explorer finds a consumer that does not look again after arm()", async () => {
  assertFlawFound(
    await ringing(["producer", "producer", "blindConsumer"], 3),
    "deadlock",
  );
});

Deno.test("the explorer finds a producer that rings before it publishes", async () => {
  assertFlawFound(
    await ringing(["hastyProducer", "producer", "consumer"], 3),
    "deadlock",
  );
});

Deno.test("Doorbell is not disturbed by a predecessor of its consumer that runs on", async () => {
  assertSound(
    await ringing(["predecessor", "busyProducer", "consumer"], 4),
  );
});

Deno.test("the explorer finds a predecessor that takes its successor's token away", async () => {
  assertFlawFound(
    await ringing(["rudePredecessor", "busyProducer", "consumer"], 3),
    "deadlock",
  );
});

Deno.test("rouse() wakes whom a dead producer owed a ring", async () => {
  assertSound(await ringing(["buriedRinger", "consumer"]));
});

Deno.test("the explorer finds that a ring does not make good what a dead producer owed", async () => {
  assertFlawFound(await ringing(["forgottenRinger", "consumer"]), "deadlock");
});
