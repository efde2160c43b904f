/**
 * The fence of an incarnation that ends: the real nursery ends it at every step
 * it can be at, and it dies, or goes on as if nothing had happened.
 */
import { KIND } from "../../src/actor/mail/protocol.ts";
import { createLane, LaneReader, LaneWriter } from "../../src/memory/lane.ts";
import {
  assertFlawFound,
  assertSound,
  type Exploration,
  explore,
  type Run,
} from "./explorer.ts";
import {
  ANSWER,
  BEGUN,
  FAILED,
  HEARD,
  MEMORY,
  QUESTIONS,
  SAID,
} from "./fixtures/fence_threads.ts";
import { smallTable, tableWords } from "./model_table.ts";

const WORDS = {
  ...tableWords(3),
  "1:16": "WRITE of mail",
  "1:32": "READ of mail",
  "2:16": "WRITE of first replies",
  "2:32": "READ of first replies",
  "3:16": "WRITE of second replies",
  "3:32": "READ of second replies",
  "4:16": "WRITE of tells",
  "4:32": "READ of tells",
  "5:0": "NEWS",
};

const ALL = Array.from({ length: QUESTIONS }, (_, i) => i + 1);

interface FenceScenario {
  threads: readonly string[];
  maxPreemptions: number;
  mayDie?: readonly string[];
  /** Records that the lane of questions holds; by default all questions are in it already. */
  capacityMessages?: number;
}

function lane(
  from: number,
  to: number,
  capacityMessages = 8,
): SharedArrayBuffer {
  return createLane({ capacityBytes: 1024, capacityMessages, from, to });
}

function setup(capacityMessages: number | undefined): SharedArrayBuffer[] {
  const mail = lane(0, 1, capacityMessages);
  if (capacityMessages === undefined) {
    const writer = new LaneWriter(mail);
    for (const question of ALL) {
      // The ask's number in a book of epoch 0 is the question's.
      writer.tryWrite(
        KIND.ASK,
        question,
        question,
        0,
        0,
        0,
        new Uint8Array(8),
        8,
      );
    }
  }
  return [
    smallTable(3),
    mail,
    lane(1, 0),
    lane(1, 0),
    lane(1, 2),
    new SharedArrayBuffer(64),
  ];
}

function fencing(scenario: FenceScenario): Promise<Exploration> {
  const { capacityMessages, ...rest } = scenario;
  return explore({
    module: import.meta.resolve("./fixtures/fence_threads.ts"),
    setup: () => setup(capacityMessages),
    outcome: (run) => faultOf(run, scenario) ?? "right",
    allowed: (outcome) => outcome === "right",
    words: WORDS,
    ...rest,
  });
}

/** Numbers logged from `base` on, less the base. */
function logged(log: readonly number[], base: number): number[] {
  return log.filter((v) => v >= base && v < base + 100).map((v) => v - base);
}

/** How many records were published in a lane. */
function published(memory: SharedArrayBuffer): number {
  const reader = new LaneReader(memory, 99);
  reader.adopt("skip");
  let count = reader.finished;
  for (let s = reader.take(); s === "taken"; s = reader.doneAndTake()) count++;
  return count;
}

/** What is wrong with a run, if anything is. */
function faultOf(run: Run, { threads }: FenceScenario): string | undefined {
  const logOf = (name: RegExp) =>
    run.logs[threads.findIndex((each) => name.test(each))];
  const old = logged(logOf(/zombie/i)!, BEGUN);
  const nursery = logOf(/nursery/i)!;
  const successor = logged(nursery, BEGUN);
  const [said] = logged(nursery, SAID);
  const [heard] = logged(nursery, HEARD);
  const told = `old began ${old.join()}; successor ${successor.join()}`;
  const begun = [...old, ...successor];
  if (begun.join() !== ALL.join()) return `lost or twice: ${told}`;
  if (said !== old.length) return `miscounted ${said}: ${told}`;
  const tells = published(run.memory[MEMORY.TELLS]!);
  if (tells !== heard) return `heard ${tells} after ${heard}: ${told}`;
  const witness = logOf(/witness/i);
  if (witness !== undefined && logged(witness, HEARD)[0] !== heard) {
    return `witness heard ${witness.join()} of ${heard}: ${told}`;
  }
  const asker = logOf(/asker/i);
  return asker && faultOfAnswers(run, asker, old, successor);
}

/** Every question settles once: by the answer that came before the end, by the end, or by the successor. */
function faultOfAnswers(
  run: Run,
  asker: readonly number[],
  old: number[],
  successor: number[],
): string | undefined {
  const inTime = published(run.memory[MEMORY.FIRST_REPLIES]!);
  const expected = [
    ...old.map((q, i) => i < inTime ? ANSWER + 10 * q + 1 : FAILED + 10 * q),
    ...successor.map((q) => ANSWER + 10 * q + 2),
  ];
  const settled = asker.toSorted();
  if (settled.join() === expected.toSorted().join()) return undefined;
  return `settled ${settled.join()} in place of ${expected.join()}`;
}

// -- A zombie -----------------------------------------------------------------

Deno.test("the fence lets no question be begun by two, counts what was begun, and lets nothing follow", async () => { // S60, S92, M4
  assertSound(
    await fencing({ threads: ["zombie", "nursery"], maxPreemptions: 3 }),
    4_000,
  );
});

Deno.test("the fence settles every question once while its asker sleeps and wakes", async () => { // M11, M15, M16
  assertSound(
    await fencing({
      threads: ["zombie", "nursery", "asker"],
      maxPreemptions: 1,
    }),
    600,
  );
});

// -- Deaths at every step -----------------------------------------------------

Deno.test("a consumer that dies at any step loses and doubles no question", async () => { // S92, S93, M4
  assertSound(
    await fencing({
      threads: ["zombie", "nursery"],
      maxPreemptions: 1,
      mayDie: ["zombie"],
    }),
    700,
  );
});

Deno.test("a consumer that dies at any step leaves no question open", async () => { // M15, M16
  assertSound(
    await fencing({
      threads: ["zombie", "nursery", "asker"],
      maxPreemptions: 0,
      mayDie: ["zombie"],
    }),
    150,
  );
});

Deno.test("a consumer that dies at any step leaves no sender waiting for room", async () => { // M9, S92
  assertSound(
    await fencing({
      threads: ["sender", "sleepyZombie", "patientNursery"],
      maxPreemptions: 0,
      mayDie: ["sleepyZombie"],
      capacityMessages: 1,
    }),
    500,
  );
});

Deno.test("a producer that dies at any step leaves no half message, and nobody asleep", async () => { // M1, M4
  assertSound(
    await fencing({
      threads: ["zombie", "nursery", "witness"],
      maxPreemptions: 1,
      mayDie: ["zombie"],
    }),
    11_000,
  );
});

// -- Flaws --------------------------------------------------------------------

const BROKEN: readonly [FenceScenario, string][] = [
  [{ threads: ["rudeZombie", "nursery"], maxPreemptions: 3 }, "old began"],
  [{ threads: ["loudZombie", "nursery"], maxPreemptions: 3 }, "heard"],
  [{ threads: ["zombie", "forgetfulNursery"], maxPreemptions: 3 }, "old began"],
  [{ threads: ["zombie", "lateNursery"], maxPreemptions: 3 }, "miscounted"],
  [{ threads: ["zombie", "leakyNursery"], maxPreemptions: 3 }, "heard"],
  [
    { threads: ["zombie", "nursery", "hastyAsker"], maxPreemptions: 2 },
    "settled",
  ],
  [
    {
      threads: ["zombie", "politeNursery", "witness"],
      maxPreemptions: 1,
      mayDie: ["zombie"],
    },
    "deadlock",
  ],
  [
    {
      threads: ["sender", "sleepyZombie", "carelessNursery"],
      maxPreemptions: 1,
      mayDie: ["sleepyZombie"],
      capacityMessages: 1,
    },
    "deadlock",
  ],
];

for (const [scenario, flaw] of BROKEN) {
  const name = scenario.threads.find((thread) =>
    /^(?:rude|loud|forgetful|late|leaky|hasty|polite|careless)/.test(thread)
  );
  Deno.test(`the explorer finds the flaw of a ${name}`, async () => {
    assertFlawFound(await fencing(scenario), flaw);
  });
}
