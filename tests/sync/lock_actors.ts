/** Tasks and an actor that use locks on threads of their own. */
import { type Mutex, type Task, task } from "../../mod.ts";

/** Adds one to a plain number `times` times, each time with the lock; awaited or blocking. */
export const addLocked: Task<
  [mutex: Mutex, cells: Float64Array, times: number, how: "await" | "block"],
  void
> = task(
  import.meta,
  "addLocked",
  async (
    mutex: Mutex,
    cells: Float64Array,
    times: number,
    how: "await" | "block",
  ) => {
    for (let i = 0; i < times; i++) {
      using _held = how === "block" ? mutex.lockSync() : await mutex.lock();
      cells[0]! += 1;
    }
  },
);

/** Takes the lock, says so by setting the word to 1, and ends in some way while it holds it. */
export const endHolding: Task<
  [mutex: Mutex, word: Int32Array, how: "throw" | "close" | "exit" | "stay"],
  void
> = task(
  import.meta,
  "endHolding",
  async (
    mutex: Mutex,
    word: Int32Array,
    how: "throw" | "close" | "exit" | "stay",
  ) => {
    await mutex.lock();
    Atomics.store(word, 0, 1);
    Atomics.notify(word, 0);
    if (how === "throw") throw new Error("It ends with the lock");
    if (how === "close") self.close();
    if (how === "exit") Deno.exit(3);
    await new Promise(() => {});
  },
);

/** Says whether two handles that came in one message, and one inside of a map, are the same object. */
export const compare: Task<
  [one: unknown, other: unknown, nested: Map<string, unknown[]>],
  boolean
> = task(
  import.meta,
  "compare",
  (one: unknown, other: unknown, nested: Map<string, unknown[]>) =>
    one === other && nested.get("same")?.[0] === one,
);

/** Blocks in `lockSync()` after it has set the word to 1. */
export const blockFor: Task<
  [mutex: Mutex, word: Int32Array, timeout: number],
  string
> = task(
  import.meta,
  "blockFor",
  (mutex: Mutex, word: Int32Array, timeout: number) => {
    Atomics.store(word, 0, 1);
    Atomics.notify(word, 0);
    try {
      using _held = mutex.lockSync({ timeout });
      return "locked";
    } catch (error) {
      return (error as Error).name;
    }
  },
);

/** Tries to unlock what another thread holds. */
export const unlockForeign: Task<[mutex: Mutex], string> = task(
  import.meta,
  "unlockForeign",
  (mutex: Mutex) => {
    try {
      mutex.unlock();
      return "unlocked";
    } catch (error) {
      return (error as Error).name;
    }
  },
);
