import { KIND } from "../../src/sync/layout.ts";
import {
  assertFlawFound,
  assertSound,
  type Exploration,
  explore,
  type Run,
} from "./explorer.ts";
import { SAW } from "./fixtures/mutex_threads.ts";
import { SYNC_WORDS, syncSetup } from "./sync_model.ts";

const NAMES: Readonly<Record<number, string>> = {
  [SAW.OWN]: "own",
  [SAW.INHERITED]: "inherited",
  [SAW.ANOTHER_INSIDE]: "two inside",
  [SAW.LOST]: "lost",
};

/** What each thread saw: nothing if it died before. */
function outcome({ logs }: Run): string {
  return logs.map((log) => log.map((saw) => NAMES[saw]).join() || "-").join(
    "; ",
  );
}

function locking(
  threads: readonly string[],
  allowed: readonly string[],
  maxPreemptions: number,
  mayDie: readonly string[] = [],
): Promise<Exploration> {
  return explore({
    module: import.meta.resolve("./fixtures/mutex_threads.ts"),
    threads,
    setup: () => syncSetup(KIND.MUTEX),
    outcome,
    allowed: (outcome) => allowed.includes(outcome),
    words: SYNC_WORDS,
    maxPreemptions,
    mayDie,
    timePasses: threads.includes("nursery"),
  });
}

Deno.test("Mutex excludes two threads and loses no wake-up", async () => { // LK01, LK09
  assertSound(await locking(["first", "second"], ["own; own"], 4), 500);
});

Deno.test("Mutex excludes three threads and loses no wake-up", async () => { // LK01, LK09
  assertSound(
    await locking(["first", "second", "third"], ["own; own; own"], 2),
    1_000,
  );
});

Deno.test("Mutex excludes one that takes it again while another comes to wait", async () => { // LK01, LK09
  assertSound(
    await locking(["again", "second"], ["own; own", "lost; own"], 4),
    500,
  );
});

Deno.test("Mutex.tryLock() has the lock alone or not at all", async () => { // LK01
  assertSound(
    await locking(["trier", "second"], ["own; own", "lost; own"], 4),
    100,
  );
});

/** A victim that is fenced early is refused; one that held the lock leaves it to the next, marked; one that was done does not. */
const AFTER_A_DEATH = [
  "-; own; -",
  "-; inherited; -",
  "own; own; -",
  "own; inherited; -",
  "lost; own; -",
  "lost; inherited; -",
];

Deno.test("Mutex goes to the next when its owner dies or is fenced, at whatever step", async () => { // W05
  assertSound(
    await locking(["victim", "second", "nursery"], AFTER_A_DEATH, 2, [
      "victim",
    ]),
    2_000,
  );
});

/** The same with two who wait. */
const AFTER_A_DEATH_BOTH = AFTER_A_DEATH.flatMap((outcome) => {
  const [lost, next] = outcome.split("; ");
  const nexts = next === "own"
    ? ["own; own"]
    : ["inherited; own", "own; inherited"];
  return nexts.map((both) => `${lost}; ${both}; -`);
});

Deno.test("Mutex goes to both who wait when its owner dies, one after the other", async () => { // W05
  const threads = ["victim", "second", "third", "nursery"];
  assertSound(
    await locking(threads, AFTER_A_DEATH_BOTH, 1, ["victim"]),
    1_000,
  );
});

const BROKEN: readonly [
  string,
  string,
  readonly string[],
  readonly string[],
][] = [
  ["deadlock", "who lets go without a look", ["hasty", "second"], [
    "own; own",
  ]],
  ["deadlock", "who wakes nobody", ["mute", "second"], ["own; own"]],
  ["deadlock", "who waits without a word", ["first", "shy"], ["own; own"]],
  ["two inside", "who takes what is not free", ["rude", "second"], [
    "own; own",
  ]],
  ["endless", "who never believes in a death", [
    "victim",
    "trusting",
    "nursery",
  ], AFTER_A_DEATH],
];

for (const [flaw, who, threads, allowed] of BROKEN) {
  Deno.test(`the explorer finds a thread ${who}`, async () => {
    const mayDie = threads.includes("victim") ? ["victim"] : [];
    assertFlawFound(await locking(threads, allowed, 3, mayDie), flaw);
  });
}

Deno.test("the explorer finds a thread that releases after it was given up", async () => {
  const found = await locking(
    ["zombie", "second", "third", "nursery"],
    AFTER_A_DEATH_BOTH,
    2,
  );
  // Who was given the lock meanwhile has it no more, and nobody gives it on.
  assertFlawFound(found, "endless");
});
