/**
 * What the tasks of a worker say of themselves, on its way to the desk of their pool.
 *
 * A task that computes may say more than the desk has room for. What it said last
 * waits here: the oldest of that is left out, never the newest.
 *
 * @module
 */
import type { ActorRef } from "../actor/ref.ts";
import { decode, encode } from "../memory/codec.ts";
import type { PoolDeskActor } from "./pool_desk.ts";

/** Reports that wait for room. */
const MAX_WAITING = 1_024;

/** A report, as it was when the task made it. */
interface Report {
  readonly batch: number;
  readonly index: number;
  readonly value: () => unknown;
}

/** The reports of one worker. */
export class ReportLine {
  /** Reports that were sent since this was set. */
  sent = 0;
  readonly #desk: ActorRef<PoolDeskActor>;
  readonly #place: number;
  #waiting: Report[] = [];

  /** Reports of the worker at `place`, for `desk`. */
  constructor(desk: ActorRef<PoolDeskActor>, place: number) {
    this.#desk = desk;
    this.#place = place;
  }

  /** Whether any waits for room. */
  get waits(): boolean {
    return this.#waiting.length > 0;
  }

  /** The task at `index` of a batch says `value`. */
  report(batch: number, index: number, value: unknown): void {
    this.flush();
    if (!this.waits && this.#try(batch, index, value)) return;
    this.#waiting.push({ batch, index, value: copyOf(value) });
    if (this.#waiting.length > MAX_WAITING) this.#waiting.shift();
  }

  /** Sends what there is room for. */
  flush(): void {
    while (this.waits) {
      const { batch, index, value } = this.#waiting[0]!;
      if (!this.#try(batch, index, value())) return;
      this.#waiting.shift();
    }
  }

  /** Sends all that waits, as room comes. */
  async drain(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { batch, index, value } of waiting) {
      await this.#desk.send.report(this.#place, batch, index, value());
      this.sent++;
    }
  }

  #try(batch: number, index: number, value: unknown): boolean {
    const { trySend } = this.#desk;
    if (!trySend.report(this.#place, batch, index, value)) return false;
    this.sent++;
    return true;
  }
}

/** Gives the value as it is now, whatever its task does to it later. */
export function copyOf(value: unknown): () => unknown {
  const { bytes, length, attachments } = encode(value);
  if (attachments !== undefined) return () => value;
  const copy = bytes.slice(0, length);
  return () => decode(copy, 0, length);
}
