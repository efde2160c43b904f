import { KIND } from "../../src/sync/layout.ts";
import { assertFlawFound, assertSound, type Exploration } from "./explorer.ts";
import { exploreSync } from "./sync_model.ts";

function sharing(
  threads: readonly string[],
  allowed: readonly string[],
  maxPreemptions: number,
): Promise<Exploration> {
  const mayDie = threads.filter((name) => name.startsWith("dying"));
  return exploreSync({
    module: import.meta.resolve("./fixtures/rw_lock_threads.ts"),
    kind: KIND.RW_LOCK,
    threads,
    allowed,
    maxPreemptions,
    ...(mayDie.length > 0 ? { mayDie } : {}),
  });
}

/** What the victim saw, and the next one; after a reader nothing is left half-done. */
const after = (nexts: readonly string[]) =>
  ["-", "1", "4"].flatMap((lost) => nexts.map((next) => `${lost}; ${next}; -`));

Deno.test("RwLock lets one write where another reads, one after the other", async () => {
  assertSound(await sharing(["reader0", "writer1"], ["1; 1"], 4), 300);
});

Deno.test("RwLock lets two read, and one write without them", async () => {
  const threads = ["reader0", "reader1", "writer2"];
  assertSound(await sharing(threads, ["1; 1; 1"], 2), 500);
});

Deno.test("RwLock goes to the next when its writer dies or is fenced, at whatever step", async () => { // W05
  const threads = ["dyingWriter", "writer1", "nursery"];
  assertSound(await sharing(threads, after(["1", "2"]), 1), 500);
});

Deno.test("RwLock goes to a writer when its reader dies or is fenced, at whatever step", async () => { // W05
  const threads = ["dyingReader", "writer1", "nursery"];
  assertSound(await sharing(threads, after(["1"]), 1), 500);
});

Deno.test("the explorer finds a reader who wakes no writer", async () => {
  assertFlawFound(await sharing(["mute", "writer1"], ["1; 1"], 3), "deadlock");
});

Deno.test("the explorer finds a writer who never believes in a death", async () => {
  const threads = ["dyingWriter", "trusting", "nursery"];
  assertFlawFound(await sharing(threads, after(["1", "2"]), 2), "endless");
});
