import { wordsOf, workerMemory } from "../../src/pool/cancel_note.ts";
import { begunOf, openClaim, recall } from "../../src/pool/claims.ts";
import { readLog } from "../../src/pool/result_log.ts";
import {
  assertFlawFound,
  assertSound,
  type Exploration,
  explore,
  type Run,
} from "./explorer.ts";
import { TASKS } from "./fixtures/claims_threads.ts";

/** What is not just once begun, taken back, or left to be taken back when the worker is done or has died. */
function outcome(
  { logs, memory, died }: Run,
  names: readonly string[],
): string {
  const words = wordsOf(memory[0]!);
  const begun = begunOf(words, 0);
  const all = logs.flat();
  const back = all.filter((task) => task >= 10).map((task) => task - 10);
  const fates: number[] = new Array(TASKS).fill(0);
  // A worker that dies right after it has begun a task cannot say so.
  const had = died.includes(true)
    ? Array.from({ length: begun }, (_, task) => task)
    : all.filter((task) => task < 10);
  for (const task of had) fates[task]!++;
  for (const task of back) fates[task]!++;
  recall(words, 0);
  for (let task = begun; task < TASKS - back.length; task++) fates[task]!++;
  const wrong = fates.findIndex((count) => count !== 1);
  if (wrong >= 0) return `task ${wrong}: ${fates[wrong]} fates`;
  const at = names.indexOf("writer");
  if (at < 0 || begun === 0) return "each once";
  // Of one that died the last task that it began may have been any far.
  const sure = died[at] ? begun - 1 : begun;
  const results = readLog(words, 0, sure);
  return results.every((result, task) => result === task * 7)
    ? "each once"
    : `results ${results}`;
}

function claiming(
  threads: readonly string[],
  mayDie: readonly string[] = [],
): Promise<Exploration> {
  return explore({
    module: import.meta.resolve("./fixtures/claims_threads.ts"),
    threads,
    setup: () => {
      const memory = workerMemory();
      openClaim(wordsOf(memory), 0, TASKS);
      return [memory];
    },
    outcome: (run) => outcome(run, threads),
    allowed: (found) => found === "each once",
    words: { "0:0": "CLAIM" },
    mayDie,
  });
}

Deno.test("a task of a pool is begun or taken back, in every schedule", async () => {
  assertSound(await claiming(["worker", "pool"]), 40);
});

Deno.test("a worker that gives the rest back and a pool that takes it back agree", async () => {
  assertSound(await claiming(["sliced", "pool"]), 20);
});

Deno.test("a worker that gives up what it began and a pool that takes back agree", async () => {
  assertSound(await claiming(["giver", "pool"]), 20);
  assertSound(await claiming(["giver", "pool"], ["giver"]), 20);
});

Deno.test("the explorer finds a worker that gives up what it has done", async () => {
  assertFlawFound(await claiming(["rashGiver", "pool"]), "fates");
});

Deno.test("a worker that dies anywhere leaves each task begun or not, and the results before", async () => {
  assertSound(await claiming(["writer", "pool"], ["writer"]), 90);
  assertSound(await claiming(["writer"], ["writer"]), 3);
});

Deno.test("the explorer finds a worker that begins what it has only looked at", async () => {
  assertFlawFound(await claiming(["rashWorker", "pool"]), "fates");
});

Deno.test("the explorer finds a pool that takes back what it has only looked at", async () => {
  assertFlawFound(await claiming(["worker", "rashPool"]), "fates");
});
