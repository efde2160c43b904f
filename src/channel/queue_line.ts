/**
 * Those of one thread that wait for room in a queue, in the order in which they came.
 *
 * @module
 */
import type { SyncWait, Wait } from "../sync/wait.ts";
import type { QueueCore } from "./queue_core.ts";
import type { Freight } from "./queue_ring.ts";
import { type Waiter, waitFor, waitForSync } from "./queue_wait.ts";
import { type PutEnd, PutWaiter } from "./queue_waiters.ts";

interface Entry {
  readonly waiter: PutWaiter;
  /** Resolves when it waits no more. */
  readonly gone: Promise<void>;
}

/** The line of one thread in front of one queue: only its first one waits in shared memory. */
export class QueueLine {
  readonly #core: QueueCore;
  readonly #entries: Entry[] = [];

  /** The line in front of the queue of these sections. */
  constructor(core: QueueCore) {
    this.#core = core;
  }

  /** Whether nobody waits. */
  get empty(): boolean {
    return this.#entries.length === 0;
  }

  /**
   * Puts a message behind all that wait.
   *
   * @returns What it came to; `"waits"`: the time was over.
   * @throws The reason of the signal.
   * @throws {FencedError} If this thread is given up meanwhile.
   */
  put(freight: Freight, options: Wait): Promise<PutEnd> {
    return this.wait(new PutWaiter(this.#core, freight, true, false), options);
  }

  /** As {@linkcode put}, for one who is to put it. */
  async wait(waiter: PutWaiter, options: Wait): Promise<PutEnd> {
    const { promise: gone, resolve } = Promise.withResolvers<void>();
    const entry = { waiter, gone };
    this.#entries.push(entry);
    try {
      const start = performance.now();
      // Without a moment in between: who comes first is first.
      const isFirst = this.#entries.length === 1;
      if (!isFirst && !await this.#first(entry, options)) return "waits";
      const { timeout = Infinity } = options;
      const left = timeout - (performance.now() - start);
      await waitFor(this.#core, waiter, {
        ...options,
        timeout: Math.max(0, left),
      });
      if (waiter.failure !== undefined) throw waiter.failure.error;
      return waiter.end;
    } finally {
      this.#entries.splice(this.#entries.indexOf(entry), 1);
      resolve();
    }
  }

  /** As {@linkcode put}, blocking the thread: those that wait already cannot go on, so it waits for them in their place. */
  putSync(freight: Freight, options: SyncWait): PutEnd {
    return this.waitSync(
      new PutWaiter(this.#core, freight, true, true),
      options,
    );
  }

  /** As {@linkcode putSync}, for one who is to put it. */
  waitSync(own: PutWaiter, { timeout = Infinity }: SyncWait): PutEnd {
    const start = timeout === Infinity ? 0 : performance.now();
    const before = this.#entries.map(({ waiter }) => waiter);
    for (const waiter of [...before, own]) {
      const left = timeout === Infinity
        ? timeout
        : Math.max(0, timeout - performance.now() + start);
      const mine = waiter.place < 0 ? waiter : patient(waiter);
      if (!waitForSync(this.#core, mine, { timeout: left })) return "waits";
    }
    if (own.failure !== undefined) throw own.failure.error;
    return own.end;
  }

  /** Waits until all before it have gone. Returns whether they have; `false`: the time was over. */
  async #first(
    entry: Entry,
    { timeout = Infinity, signal }: Wait,
  ): Promise<boolean> {
    const stopped = Promise.withResolvers<"stopped">();
    const stop = (): void => stopped.resolve("stopped");
    const timer = timeout <= 2 ** 31 - 1
      ? setTimeout(stop, Math.ceil(timeout))
      : undefined;
    signal?.addEventListener("abort", stop);
    try {
      // One in between may give up before the first has gone.
      while (this.#entries[0] !== entry && entry.waiter.end === "waits") {
        const before = this.#entries[this.#entries.indexOf(entry) - 1]!;
        const end = await Promise.race([before.gone, stopped.promise]);
        if (end !== "stopped" || entry.waiter.end !== "waits") continue;
        signal?.throwIfAborted();
        return false;
      }
      return true;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
    }
  }
}

/** Somebody who waits for another, and gives up without it. */
function patient(waiter: PutWaiter): Waiter {
  return {
    what: waiter.what,
    get place() {
      return waiter.place;
    },
    step: () => waiter.step(),
    quit: () => {},
    finish: () => waiter.finish(),
  };
}
