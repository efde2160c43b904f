/** An actor that lets its state be kept, and ends by every means. */
import "../fixtures/words.ts";
import { actor, type ActorClass } from "../../src/actor/define.ts";
import type { Context } from "../../src/actor/current.ts";
import type { ActorRef } from "../../src/actor/ref.ts";

/** What a {@linkcode Saver} is told at its start: what its hooks do wrong, if anything. */
export type Fault = "none" | "checkpoint" | "restore" | "unsendable";

class SaverActor {
  #sum = 0;
  #checkpoints = 0;
  readonly #told: string[] = [];
  readonly #fault: Fault;
  #after: Context["after"] | undefined;

  constructor(fault: Fault = "none") {
    this.#fault = fault;
    this.#told.push("constructor");
  }

  onStart({ after }: Context): void {
    this.#after = after;
    this.#told.push("onStart");
  }

  onRestart(): void {
    this.#told.push("onRestart");
  }

  async checkpoint(): Promise<unknown> {
    this.#checkpoints++;
    // Below zero there is nothing to keep.
    const sum = await Promise.resolve(this.#sum);
    if (sum > 0 && this.#fault === "checkpoint") throw new Error("No room");
    if (sum > 0 && this.#fault === "unsendable") return { open: () => sum };
    return sum < 0 ? undefined : { sum };
  }

  restore(state: { sum: number }): void {
    if (this.#fault === "restore") throw new Error("Cannot read this");
    this.#told.push("restore");
    this.#sum = state.sum;
  }

  add(n: number): number {
    return this.#sum += n;
  }

  /** Adds when a timer goes off, and says so in `word`. */
  addSoon(n: number, word: Int32Array): void {
    this.#after!(30, () => {
      this.#sum += n;
      Atomics.store(word, 0, 1);
      Atomics.notify(word, 0);
    });
  }

  /** Adds, then fails. */
  addAndFail(n: number): never {
    this.#sum += n;
    throw new Error("told to");
  }

  told(): string[] {
    return this.#told;
  }

  checkpoints(): number {
    return this.#checkpoints;
  }

  exit(): void {
    Deno.exit(3);
  }

  close(): Promise<void> {
    self.close();
    return new Promise(() => {});
  }

  /** Hangs until `word` is set, so that the thread can end after the test. */
  hang(word: Int32Array): void {
    while (Atomics.load(word, 0) === 0);
  }
}

/** Sums up, and lets the sum be kept. */
export const Saver: ActorClass<[fault?: Fault], SaverActor> = actor(
  import.meta,
  "Saver",
  SaverActor,
);

class CallerActor {
  /** Has another actor fail. */
  fail(saver: ActorRef<SaverActor>, n: number): void {
    saver.tell.addAndFail(n);
  }
}

/** Sends to savers. */
export const Caller: ActorClass<[], CallerActor> = actor(
  import.meta,
  "Caller",
  CallerActor,
);
