import { createLane, LaneReader, LaneWriter } from "../../src/memory/lane.ts";
import {
  assertFlawFound,
  assertSound,
  type Exploration,
  explore,
  type Run,
  type Scenario,
} from "./explorer.ts";
import {
  checked,
  EMPTY,
  ENDED,
  FENCED,
  FINISHED,
  RECORDS,
} from "./fixtures/lane_threads.ts";

const WORDS = {
  "0:3": "FROM",
  "0:16": "WRITE",
  "0:32": "READ",
  "1:0": "consumer's bell",
  "1:16": "producer's bell",
  "1:32": "successor's bell",
};

interface LaneScenario {
  threads: readonly string[];
  /** Records that are in the lane when the run begins. */
  filled?: number;
  capacityMessages?: number;
  maxPreemptions?: number;
  mayDie?: readonly string[];
  outcome: (run: Run) => string;
  allowed: Scenario["allowed"];
}

/** Explores threads around a lane of 1 KiB that stands 48 bytes before its end, so that records wrap. */
function exploreLane(scenario: LaneScenario): Promise<Exploration> {
  const { capacityMessages = 8, filled = 0, ...rest } = scenario;
  return explore({
    module: import.meta.resolve("./fixtures/lane_broken_threads.ts"),
    words: WORDS,
    setup: () => {
      const memory = createLane({
        capacityBytes: 1024,
        capacityMessages,
        from: 1,
        to: 2,
      });
      const writer = new LaneWriter(memory);
      const reader = new LaneReader(memory, 0);
      reader.adopt("skip");
      for (const length of [480, 448]) {
        writer.tryWrite(1, 0, 0, 0, 0, 0, new Uint8Array(length), length);
        reader.take();
        reader.done();
      }
      for (let n = 1; n <= filled; n++) {
        const payload = new Uint8Array(8).fill(n);
        writer.tryWrite(1, n, 0, 0, 0, 0, payload, payload.length);
      }
      return [memory, new SharedArrayBuffer(256)];
    },
    ...rest,
  });
}

/** What a consumer after all others finds in the lane. */
function leftIn(run: Run): number[] {
  const reader = new LaneReader(run.memory[0]!, 9);
  const left: number[] = [];
  let state: string = reader.adopt("keep");
  for (state = reader.take(); state === "taken"; state = reader.doneAndTake()) {
    left.push(checked(reader));
  }
  return left;
}

function records(log: readonly number[]): number[] {
  return log.filter((value) => Math.abs(value) < FINISHED);
}

function upTo(n: number): string {
  return Array.from({ length: n }, (_, i) => i + 1).join();
}

// -- Order and wholeness ------------------------------------------------------

function passing(threads: readonly string[]): Promise<Exploration> {
  return exploreLane({
    threads,
    maxPreemptions: 4,
    outcome: (run) => {
      const [written, read] = run.logs as [number[], number[]];
      const all = [...read, ...leftIn(run)];
      return `wrote ${written.join()}: ${all.join()}`;
    },
    // What was written is read, or left: once, whole, in order.
    allowed: (outcome) =>
      [1, 2, 3].some((n) => outcome === `wrote ${upTo(n)}: ${upTo(n)}`),
  });
}

Deno.test("a lane passes every record once, whole and in order", async () => {
  assertSound(await passing(["tryingLargeProducer", "tryingConsumer"]));
});

Deno.test("the explorer finds a consumer that reads a record after done()", async () => {
  assertFlawFound(await passing(["tryingLargeProducer", "hastyConsumer"]), "-");
});

// -- Room ---------------------------------------------------------------------

function waiting(
  threads: readonly string[],
  capacityMessages: number,
  maxPreemptions: number,
): Promise<Exploration> {
  return exploreLane({
    threads,
    capacityMessages,
    maxPreemptions,
    outcome: (run) =>
      `read ${records(run.logs[1]!).join()}, left ${leftIn(run).join()}`,
    allowed: (outcome) => outcome === `read ${upTo(RECORDS)}, left `,
  });
}

Deno.test("LaneWriter.wantRoom() loses no wake-up when the lane is full by count", async () => {
  assertSound(await waiting(["producer", "consumer"], 1, 3));
});

Deno.test("LaneWriter.wantRoom() loses no wake-up when the lane is full by bytes", async () => {
  assertSound(await waiting(["largeProducer", "consumer"], 8, 3));
});

Deno.test("the explorer finds a producer that does not look again after its wish", async () => {
  assertFlawFound(
    await waiting(["blindProducer", "consumer"], 1, 3),
    "deadlock",
  );
});

Deno.test("the explorer finds a consumer that overwrites the wish for room", async () => {
  assertFlawFound(
    await waiting(["producer", "storingConsumer"], 1, 3),
    "deadlock",
  );
});

// -- Fencing the consumer -----------------------------------------------------

function succeeding(threads: readonly string[]): Promise<Exploration> {
  return exploreLane({
    threads,
    filled: RECORDS,
    outcome: (run) => faultOfSuccession(run) ?? "each record once",
    allowed: (outcome) => outcome === "each record once",
  });
}

/** What is wrong with two consumers' logs, if anything. */
function faultOfSuccession(run: Run): string | undefined {
  const [old, [found, ...successor]] = run.logs as [number[], number[]];
  const finishedByOld = old.filter((v) => v > FINISHED && v < ENDED);
  const inFlight = records(old).filter((n) =>
    !finishedByOld.includes(n + FINISHED)
  );
  const told = `old ${old.join()}; successor ${found}: ${successor.join()}`;
  const taken = records(successor);
  const first = finishedByOld.length + 1;
  const kept = taken[0] === inFlight[0];
  if (found !== inFlight.length) return `in flight: ${told}`;
  const expected = Array.from(
    { length: RECORDS },
    (_, i) => i + 1,
  ).slice(first - 1 + (found === 1 && !kept ? 1 : 0));
  if (taken.join() !== expected.join()) return `lost or twice: ${told}`;
  if (successor.at(-1) !== EMPTY) return `successor fenced: ${told}`;
  if (successor.length !== 2 * taken.length + 1) return `unfinished: ${told}`;
  if (old.includes(-1)) return `not fenced for good: ${told}`;
  if (found === 1 && old.at(-1) !== FENCED) return `not fenced: ${told}`;
  const left = leftIn(run);
  return left.length > 0 ? `left ${left.join()}: ${told}` : undefined;
}

Deno.test("LaneReader.adopt() lets no record be begun by two when it skips", async () => {
  assertSound(await succeeding(["oldConsumer", "skippingSuccessor"]));
});

Deno.test("LaneReader.adopt() repeats the record in flight alone when it keeps", async () => {
  assertSound(await succeeding(["oldConsumer", "keepingSuccessor"]));
});

Deno.test("the explorer finds a consumer that moves the lane without its tag", async () => {
  for (const successor of ["skippingSuccessor", "keepingSuccessor"]) {
    assertFlawFound(
      await succeeding(["storingOldConsumer", successor]),
      "old",
    );
  }
});

// -- Sealing ------------------------------------------------------------------

function sealing(threads: readonly string[]): Promise<Exploration> {
  return exploreLane({
    threads,
    outcome: (run) =>
      `wrote ${run.logs[0]!.join()}; read ${run.logs[1]!.join()}; left ${
        leftIn(run).join()
      }`,
    allowed: (outcome) =>
      [0, 1, 2, 3].some((n) =>
        outcome ===
          `wrote ${upTo(n)}; read ${n > 0 ? upTo(n) + "," : ""}${ENDED}; left `
      ),
  });
}

Deno.test("sealLane() keeps what was published before and lets nothing follow", async () => {
  assertSound(await sealing(["tryingProducer", "sealingReader"]));
});

Deno.test("the explorer finds a producer that publishes behind the seal", async () => {
  assertFlawFound(
    await sealing(["storingProducer", "sealingReader"]),
    "left",
  );
});

// -- Deaths -------------------------------------------------------------------

function dyingProducer(name: string, fencer: string): Promise<Exploration> {
  return exploreLane({
    threads: [name, fencer, "consumer"],
    mayDie: [name],
    maxPreemptions: 2,
    outcome: (run) => {
      const read = records(run.logs[2]!);
      return `wrote ${run.logs[0]!.join()}; read ${read.join()}`;
    },
    allowed: (outcome) =>
      [0, 1, 2, 3].some((n) => outcome === `wrote ${upTo(n)}; read ${upTo(n)}`),
  });
}

Deno.test("a producer that dies at any step leaves whole records, and a seal wakes the consumer", async () => {
  assertSound(await dyingProducer("producer", "fencer"));
});

Deno.test("the explorer finds a producer that publishes a record before its bytes", async () => {
  assertFlawFound(await dyingProducer("tornProducer", "fencer"), "endless");
});

Deno.test("the explorer finds a fencer that trusts the bell of the dead", async () => {
  assertFlawFound(await dyingProducer("producer", "politeFencer"), "deadlock");
});

function dyingConsumer(successor: string): Promise<Exploration> {
  return exploreLane({
    threads: ["endingProducer", "consumer", successor],
    mayDie: ["consumer"],
    capacityMessages: 1,
    maxPreemptions: 1,
    outcome: (run) =>
      `wrote ${run.logs[0]!.join()}, left ${leftIn(run).join()}`,
    allowed: (outcome) => outcome === "wrote 1,2, left ",
  });
}

Deno.test("a consumer that dies at any step leaves no producer waiting once it has a successor", async () => {
  assertSound(await dyingConsumer("ringingSuccessor"));
});

Deno.test("the explorer finds a successor that does not pay the ring owed", async () => {
  assertFlawFound(await dyingConsumer("silentSuccessor"), "deadlock");
});
