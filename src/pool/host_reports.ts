/**
 * What the tasks of a process say of themselves, on its way to the desk of their pool.
 *
 * A task that computes says more than anybody can take: what it said last waits here, and the oldest of that is left
 * out, never the newest.
 *
 * @module
 */
import type { ActorRef } from "../actor/ref.ts";
import type { PoolDeskActor } from "./pool_desk.ts";
import { copyOf } from "./report_line.ts";

/** Reports that wait to be sent. */
const MAX_WAITING = 1_024;

/** The reports of one process. */
export class HostReports {
  /** Reports that the desk has, since this was set. */
  sent = 0;
  readonly #desk: ActorRef<PoolDeskActor>;
  readonly #place: number;
  readonly #waiting: {
    readonly batch: number;
    readonly index: number;
    readonly value: () => unknown;
  }[] = [];
  #sending: Promise<void> | undefined;

  /** Reports of the worker at `place`, for `desk`. */
  constructor(desk: ActorRef<PoolDeskActor>, place: number) {
    this.#desk = desk;
    this.#place = place;
  }

  /** The task at `index` of a batch says `value`. */
  report(batch: number, index: number, value: unknown): void {
    this.#waiting.push({ batch, index, value: copyOf(value) });
    if (this.#waiting.length > MAX_WAITING) this.#waiting.shift();
    this.#sending ??= this.#send();
  }

  /** Resolves when the desk has all of them. */
  async drain(): Promise<void> {
    await this.#sending;
  }

  async #send(): Promise<void> {
    for (;;) {
      const next = this.#waiting.shift();
      if (next === undefined) break;
      const { batch, index, value } = next;
      try {
        await this.#desk.send.report(this.#place, batch, index, value());
        this.sent++;
      } catch { /* Nobody is there to hear it, or it is for threads only. */ }
    }
    this.#sending = undefined;
  }
}
