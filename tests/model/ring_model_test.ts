import { struct, StructRing } from "../../mod.ts";
import { revivePortable } from "../../src/memory/portable.ts";
import { RING } from "../../src/shared/struct_ring.ts";
import { Lives } from "../../src/sync/lives.ts";
import {
  assertFlawFound,
  assertSound,
  type Exploration,
  explore,
  type Run,
} from "./explorer.ts";
import { memoryOf } from "./shared_model.ts";
import type { Pair } from "./fixtures/ring_threads.ts";

const PAIR = struct({ a: "i32", b: "i32" });
const WORDS = Object.fromEntries(
  Object.entries(RING).map(([name, word]) => [`0:${word}`, name]),
);

function ringMemory(filled: readonly number[]): SharedArrayBuffer {
  const ring = new StructRing(PAIR, { capacity: 2 });
  for (const a of filled) ring.tryPut({ a, b: -a });
  return memoryOf(ring);
}

/** A table in which two threads live. */
function livesMemory(): SharedArrayBuffer {
  const lives = new Lives(undefined, 3);
  for (let i = 0; i < 2; i++) lives.claim(0);
  return lives.memory;
}

/** Says of each number how often it is there after the run, taken or still in the ring; 1 each is right. */
function outcome(run: Run, names: readonly string[]): string {
  const count = new Map<number, number>();
  const of = (match: RegExp) =>
    run.logs.filter((_, i) => match.test(names[i]!)).flat();
  for (const put of of(/^puts/)) count.set(put, 0);
  const ring = revivePortable("StructRing", run.memory[0]) as StructRing<Pair>;
  const left: number[] = [];
  for (let pair = ring.tryTake(); pair !== undefined; pair = ring.tryTake()) {
    left.push(pair.a);
  }
  for (const taken of [...of(/^(?:takes|waits|looks|blocks)/), ...left]) {
    count.set(taken, (count.get(taken) ?? 0) + 1);
  }
  const wrong = [...count].filter(([, times]) => times !== 1);
  return wrong.length === 0
    ? "each once"
    : wrong.map(([n, times]) => `${n}: ${times} times`).join(", ");
}

function meeting(
  threads: readonly string[],
  options: { maxPreemptions?: number; filled?: readonly number[] } = {},
): Promise<Exploration> {
  const { maxPreemptions = Infinity, filled = [] } = options;
  return explore({
    module: import.meta.resolve("./fixtures/ring_threads.ts"),
    threads,
    setup: () => [ringMemory(filled), livesMemory()],
    outcome: (run) => outcome(run, threads),
    allowed: (found) => found === "each once",
    words: WORDS,
    maxPreemptions,
  });
}

Deno.test("StructRing gives each struct of one putter to one taker, in every schedule", async () => {
  assertSound(await meeting(["putsOne", "takesTwo"]), 50);
});

Deno.test("StructRing keeps structs of two putters apart, in every schedule", async () => {
  assertSound(await meeting(["putsOne", "putsTwo"]), 50);
});

Deno.test("StructRing keeps two putters and a taker apart", async () => {
  assertSound(
    await meeting(["putsOne", "putsTwo", "takesTwo"], { maxPreemptions: 3 }),
    500,
  );
});

Deno.test("StructRing says that it is full, and goes round", async () => {
  assertSound(
    await meeting(["putsMany", "takesTwo"], { maxPreemptions: 4 }),
    100,
  );
});

Deno.test("StructRing.take() sleeps through no struct of two putters", async () => {
  assertSound(
    await meeting(["putsOne", "putsTwo", "waitsForOne"], { maxPreemptions: 3 }),
    500,
  );
  assertSound(await meeting(["putsOne", "waitsForOne"]), 50);
});

Deno.test("StructRing.takeSync() sleeps through no struct of two putters", async () => {
  assertSound(await meeting(["putsOne", "blocksForOne"]), 50);
  assertSound(
    await meeting(["putsOne", "putsTwo", "blocksForOne"], {
      maxPreemptions: 1,
    }),
    100,
  );
});

Deno.test("StructRing.takeSync() of two takers leaves none asleep", async () => {
  const threads = ["putsAll", "blocksForOne", "blocksForOne"];
  assertSound(await meeting(threads, { maxPreemptions: 1 }), 200);
});

Deno.test("StructRing.putSync() sleeps through no room", async () => {
  const threads = ["putsAll", "blocksForOne"];
  assertSound(await meeting(threads, { maxPreemptions: 2 }), 100);
});

Deno.test("the explorer finds a putter that wakes nobody", async () => {
  const found = await meeting(["putsSilently", "blocksForOne"]);
  assertFlawFound(found, "deadlock");
});

Deno.test("the explorer finds a taker that looks before it says that it waits", async () => {
  assertFlawFound(await meeting(["putsOne", "looksFirst"]), "deadlock");
});

Deno.test("the explorer finds a putter that uses the ticket of another", async () => {
  assertFlawFound(await meeting(["putsOne", "putsGreedily"]), "0 times");
});
