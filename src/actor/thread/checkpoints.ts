/**
 * What an actor lets others keep of its state, so that it outlives the thread.
 *
 * A checkpoint is kept before the next message begins: whatever that one does
 * to the thread, what was kept is not lost, and no actor can give states faster
 * than they are put away.
 *
 * @module
 */
import { encode } from "../../memory/codec.ts";
import type { WireState } from "../mail/protocol.ts";

/** The hook that is called for a state. */
interface Hooks {
  checkpoint?(): unknown;
}

/** Who puts the states away. */
export interface StateKeeper {
  /** Puts one away. Returns whether that is done; if not, it calls {@link Checkpoints.kept} when it is. */
  keep(state: WireState): boolean;
  /** Has the actor look again whether one is due. */
  wake(): void;
}

/** The longest that a timer can wait. */
const MAX_TIMER_MS = 2 ** 31 - 1;
const STATE = { root: "state" };

/** Takes the checkpoints of one incarnation. */
export class Checkpoints {
  readonly #keeper: StateKeeper;
  readonly #instance: Hooks;
  readonly #everyMs: number;
  #changed = false;
  /** When the next one may be taken, on the clock of `performance.now()`. */
  #next = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #kept: PromiseWithResolvers<void> | undefined;

  /** For `instance`, at most one every `everyMs` milliseconds. */
  constructor(keeper: StateKeeper, instance: object, everyMs: number) {
    this.#keeper = keeper;
    this.#instance = instance;
    this.#everyMs = everyMs;
  }

  /** Whether `instance` has the hook. */
  static has(instance: object): boolean {
    return typeof (instance as Hooks).checkpoint === "function";
  }

  /** A message was handled: the state may be another one now. */
  changed(): void {
    this.#changed = true;
  }

  /** Something beside the messages ran, which may have changed the state. */
  changedBetween(): void {
    this.#changed = true;
    if (this.due) this.#keeper.wake();
  }

  /** Whether one is to be taken before the next message. */
  get due(): boolean {
    return this.#changed && this.#kept === undefined &&
      (this.#everyMs === 0 || performance.now() >= this.#next);
  }

  /** Sees to it that the loop looks again when one is due. */
  await(): void {
    if (!this.#changed || this.#timer !== undefined) return;
    const ms = Math.max(0, this.#next - performance.now());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#keeper.wake();
    }, Math.min(ms, MAX_TIMER_MS));
  }

  /** Takes one; resolves when it is kept, rejects with what the hook threw. */
  async take(): Promise<void> {
    this.#changed = false;
    this.#kept = Promise.withResolvers();
    try {
      if (!this.#post(await this.#instance.checkpoint?.())) {
        await this.#kept.promise;
      }
    } finally {
      this.#kept = undefined;
      this.#next = performance.now() + this.#everyMs;
    }
  }

  /** Takes the last one: it is put away before the report of the end is. */
  async last(): Promise<void> {
    this.#post(await this.#instance.checkpoint?.());
  }

  /** It is put away. */
  kept(): void {
    this.#kept?.resolve();
  }

  /** None is taken any more. */
  close(): void {
    this.#changed = false;
    clearTimeout(this.#timer);
  }

  /** Returns whether nothing is left to wait for. */
  #post(state: unknown): boolean {
    if (state === undefined) return true;
    const encoded = encode(state, STATE);
    const bytes = encoded.bytes.slice(0, encoded.length);
    const { attachments } = encoded;
    return this.#keeper.keep({ bytes, attachments });
  }
}
