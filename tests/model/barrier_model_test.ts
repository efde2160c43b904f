import { KIND } from "../../src/sync/layout.ts";
import { assertFlawFound, assertSound, type Exploration } from "./explorer.ts";
import { exploreSync } from "./sync_model.ts";

function meeting(
  threads: readonly string[],
  allowed: readonly string[],
  maxPreemptions: number,
  parties = 2,
): Promise<Exploration> {
  return exploreSync({
    module: import.meta.resolve("./fixtures/barrier_threads.ts"),
    kind: KIND.BARRIER,
    threads,
    allowed,
    maxPreemptions,
    ...(threads.includes("nursery") ? { mayDie: ["once0"] } : {}),
    prepare: (monitor) => {
      monitor.words[monitor.field(0)] = parties;
      monitor.words[monitor.field(5)] = -1;
    },
  });
}

Deno.test("Barrier lets two go on together, twice", async () => { // BA01, BA02
  const rounds = ["0,10", "0,11", "1,10", "1,11"];
  const both = ["1,11", "1,10", "0,11", "0,10"];
  const allowed = rounds.map((one, i) => `${one}; ${both[i]}`);
  assertSound(await meeting(["twice0", "twice1"], allowed, 2), 300);
});

Deno.test("Barrier gives each of three a number of its own", async () => { // BA02
  const allowed = ["0; 1; 2", "0; 2; 1", "1; 0; 2", "1; 2; 0"].concat([
    "2; 0; 1",
    "2; 1; 0",
  ]);
  assertSound(await meeting(["once0", "once1", "once2"], allowed, 2, 3), 500);
});

Deno.test("Barrier that is aborted lets both go on, or tells both", async () => { // BA04
  const allowed = ["0; 1; -", "1; 0; -", "8; 8; -"];
  assertSound(await meeting(["once0", "once1", "aborter"], allowed, 2), 500);
});

/** The other one met the victim, or was told. */
const AFTER_A_DEATH = [
  ...["-; 0; -", "-; 1; -", "-; 8; -"],
  ...["9; 0; -", "9; 1; -", "9; 8; -"],
  ...["0; 1; -", "1; 0; -", "8; 8; -"],
];

Deno.test("Barrier tells the other when a party dies or is fenced, at whatever step", async () => { // W06
  assertSound(
    await meeting(["once0", "once1", "nursery"], AFTER_A_DEATH, 1),
    500,
  );
});

Deno.test("the explorer finds a party that wakes nobody", async () => {
  const allowed = ["0; 1", "1; 0"];
  assertFlawFound(await meeting(["mute", "once1"], allowed, 3), "deadlock");
});

Deno.test("the explorer finds a party that waits for a dead one", async () => {
  assertFlawFound(
    await meeting(["once0", "trusting", "nursery"], AFTER_A_DEATH, 2),
    "endless",
  );
});
