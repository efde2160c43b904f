import { load } from "../memory/cells.ts";
import type { QueueCore } from "./queue_core.ts";
import { QUEUE } from "./queue_layout.ts";
import type { QueueOverflow } from "./queue_memory.ts";

/** What can be read of a queue without waiting; each is true of a moment during the call. */
export abstract class QueueFacts {
  readonly #core: QueueCore;
  readonly #words: Int32Array;

  /**
   * The facts of the queue of these sections.
   *
   * @ignore
   */
  constructor(core: QueueCore) {
    this.#core = core;
    this.#words = core.monitor.words;
  }

  /** Messages that may wait; 0: each is handed over. */
  get capacity(): number {
    return this.#core.ring.capacity;
  }

  /** Messages that wait to be taken; always 0 where each is handed over. */
  get size(): number {
    if (this.capacity === 0) return 0;
    return load(this.#words, QUEUE.SIZE);
  }

  /** Whether no message waits. */
  get empty(): boolean {
    return this.size === 0;
  }

  /** Whether as many messages wait as may. */
  get full(): boolean {
    return this.size >= this.capacity;
  }

  /** Messages that were put and are not {@linkcode Queue.done}, mod 2^32. */
  get undone(): number {
    return load(this.#words, QUEUE.UNDONE) >>> 0;
  }

  /** Messages that were dropped for want of room, mod 2^32. */
  get dropped(): number {
    return load(this.#words, QUEUE.DROPPED) >>> 0;
  }

  /** Whether nothing can be put any more. */
  get closed(): boolean {
    return load(this.#words, QUEUE.CLOSED) !== 0;
  }

  /** What becomes of a message that finds no room. */
  get overflow(): QueueOverflow {
    const names = ["wait", "fail", "dropNewest", "dropOldest"] as const;
    return names[this.#core.overflow]!;
  }
}
