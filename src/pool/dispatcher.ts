/**
 * Who gets what: the queue of a pool, and the rules by which its workers take from it.
 *
 * - **Pull:** a worker that has nothing takes the next batch; one more waits behind a batch that is over soon.
 * - **Turns:** of works of one priority each gives a batch in turn.
 * - **Stealing:** one that has nothing takes back what another has not begun.
 *
 * Nothing here knows of threads.
 *
 * @module
 */
import type { BatchSeat, Out } from "./batch.ts";
import { Line } from "./line.ts";
import { WorkQueue } from "./work_queue.ts";
import type { Desk, Work } from "./work.ts";

/** What a dispatcher is told of the world. */
export interface DispatcherHooks {
  /** There is more to do than the seats have room for: `count` more would have something to do at once, those at `seats` first. */
  wanted(count: number, seats: readonly number[]): void;
  /** Calls `then` after the turn that runs, once for all calls until then. */
  soon(then: () => void): void;
  /** Calls `then` in `ms` milliseconds, once for all calls until then. */
  later(ms: number, then: () => void): void;
  /** Milliseconds that only go up. */
  now(): number;
  /** Work has settled. */
  settled(work: Work): void;
  /** The last work has settled. */
  drained(): void;
}

/** Batches that have been out for so long may be stolen from, in milliseconds. */
const STEAL_MS = 2;

/** Who has not begun the first of what it was given for so long is not about to, in milliseconds. */
const WAKE_MS = 100;

/**
 * What is over in less than that is so soon that the next batch waits behind it, in milliseconds: else its worker would wait,
 * tenths of a millisecond each time. One that has nothing takes it from there.
 */
const SOON_MS = 25;
/** As much for more than one batch that waits. */
const SOONER_MS = 0.3;
/** The most batches that a seat has: as many as it is through with before it would have parked. */
const MAX_DEPTH = 24;

/** The one place that knows what is to be done and who does it. */
export class Dispatcher implements Desk {
  readonly #hooks: DispatcherHooks;
  readonly #queue: WorkQueue = new WorkQueue();
  /** For one seat each. */
  readonly #own: Map<number, WorkQueue> = new Map();
  readonly #seats: Set<BatchSeat> = new Set();
  readonly #open: Line<Work> = new Line();
  readonly #size: number;
  readonly #pump: () => void = () => this.pump();

  /** A dispatcher for at most `size` seats, of which there are none yet. */
  constructor(size: number, hooks: DispatcherHooks) {
    this.#size = size;
    this.#hooks = hooks;
  }

  /** What has not settled. */
  get open(): Line<Work> {
    return this.#open;
  }

  /** Whether anything waits to be taken. */
  get waits(): boolean {
    if (!this.#queue.empty) return true;
    for (const own of this.#own.values()) if (!own.empty) return true;
    return false;
  }

  /** Takes on work. */
  add(work: Work): void {
    work.entry = this.#open.add(work);
  }

  /** A seat has come. */
  join(seat: BatchSeat): void {
    this.#seats.add(seat);
    this.#hooks.soon(this.#pump);
  }

  /** A seat is gone: it is given nothing more. */
  leave(seat: BatchSeat): void {
    this.#seats.delete(seat);
    this.#hooks.soon(this.#pump);
  }

  /** A seat has room again. */
  free(): void {
    this.#hooks.soon(this.#pump);
  }

  /** See {@link Desk.queue}. */
  queue(work: Work): void {
    this.#queueFor(work).add(work);
    this.#hooks.soon(this.#pump);
  }

  /** See {@link Desk.recall}. */
  recall(work: Work): void {
    for (const out of work.outs) this.#takeBack(out);
  }

  /** See {@link Desk.settled}. */
  settled(work: Work): void {
    this.#queueFor(work).delete(work);
    this.recall(work);
    this.#hooks.settled(work);
    if (work.entry !== undefined) this.#open.delete(work.entry);
    work.entry = undefined;
    if (this.#open.size === 0) this.#hooks.drained();
  }

  /** Gives out what can be given out. */
  pump(): void {
    // One each, before anybody has two.
    for (const seat of this.#seats) {
      while (seat.room > 0 && seat.busy === 0 && this.#give(seat));
    }
    this.#giveAhead();
    const idle = [...this.#seats].filter((seat) =>
      seat.busy === 0 && seat.room > 0
    );
    if (idle.length > 0 && !this.#steal(idle)) this.#stealLater();
    const more = this.#size - this.#seats.size;
    if (more > 0) {
      this.#hooks.wanted(Math.min(more, this.#wishes()), this.#missed());
    }
  }

  /** Gives what waits behind batches that are over soon: those that have fewest first. */
  #giveAhead(): void {
    let eager = [...this.#seats].filter((seat) =>
      seat.busy > 0 && seat.room > 0
    );
    for (let depth = 1; depth < MAX_DEPTH && eager.length > 0; depth++) {
      const ms = depth === 1 ? SOON_MS : SOONER_MS;
      eager = eager.filter((seat) =>
        seat.busy !== depth ||
        seat.room > 0 && this.#soonFree(seat, ms) && this.#give(seat)
      );
    }
  }

  /** The seat that has least to do, of those that there are and those that may be. */
  leastBusy(): number {
    const loads: number[] = new Array(this.#size).fill(0);
    for (const [index, own] of this.#own) {
      for (const { tasks } of own) loads[index]! += tasks;
    }
    for (const { index, outs } of this.#seats) {
      for (const { limit } of outs) loads[index]! += limit;
    }
    return loads.indexOf(Math.min(...loads));
  }

  /** Seats that there are not, and that something waits for. */
  #missed(): number[] {
    const missed: number[] = [];
    for (const [index, own] of this.#own) if (!own.empty) missed.push(index);
    if (missed.length === 0) return missed;
    const there = new Set([...this.#seats].map(({ index }) => index));
    return missed.filter((index) => !there.has(index));
  }

  /** Whether what the seat does is over in `ms` milliseconds, so that it would wait for its next batch. */
  #soonFree(seat: BatchSeat, ms: number): boolean {
    let left = 0;
    for (const { batch, limit } of seat.outs) {
      left += batch.facts.costMs * limit;
    }
    // Not known is not soon: nothing is to wait behind what may take for ever.
    return left < ms;
  }

  /** How many more seats would have something to do at once. */
  #wishes(): number {
    let wishes = 0;
    for (const work of this.#queue) {
      wishes += work.tasks;
      if (wishes >= this.#size) return this.#size;
    }
    for (const seat of this.#seats) {
      wishes += Math.max(0, seat.busy - 1);
    }
    for (const own of this.#own.values()) if (!own.empty) wishes++;
    return wishes;
  }

  #queueFor({ options }: Work): WorkQueue {
    if (options.seat === undefined) return this.#queue;
    let own = this.#own.get(options.seat);
    if (own === undefined) this.#own.set(options.seat, own = new WorkQueue());
    return own;
  }

  /** Gives the seat the next batch. Returns whether there was one. */
  #give(seat: BatchSeat): boolean {
    const own = this.#own.get(seat.index);
    if (own !== undefined && this.#giveOf(own, seat)) return true;
    if (this.#giveOf(this.#queue, seat)) return true;
    if (seat.busy > 0) return false;
    for (const other of this.#own.values()) {
      if (other !== own && this.#giveOf(other, seat, true)) return true;
    }
    return false;
  }

  #giveOf(queue: WorkQueue, seat: BatchSeat, free = false): boolean {
    for (;;) {
      const work = queue.shift(free);
      if (work === undefined) return false;
      const more = Math.min(
        seat.left - 1,
        work.companions(queue.size, this.#sharers(seat)),
      );
      const others = more > 0 ? queue.shiftLike(work, more) : [];
      const batch = work.take(seat.left, this.#size, others);
      if (work.hasMore) queue.add(work);
      if (batch === undefined) continue;
      seat.send(batch);
      return true;
    }
  }

  /** How many seats are to share what waits, this one among them: those that have nothing, if it has nothing. */
  #sharers(seat: BatchSeat): number {
    if (seat.busy > 0) return this.#seats.size;
    let idle = 0;
    for (const other of this.#seats) {
      if (other.busy === 0 && other.room > 0) idle++;
    }
    return Math.max(1, idle);
  }

  /** Takes what is not begun back to the queue. Returns how much that was. */
  #takeBack(out: Out, keep = 0): number {
    const before = out.limit;
    out.limit = out.seat.recall(out, keep);
    if (out.limit < before) out.batch.returned(out.limit, before);
    return before - out.limit;
  }

  /** Whether something was found for seats that have nothing. */
  #steal(idle: readonly BatchSeat[]): boolean {
    if (this.waits) return false;
    const now = this.#hooks.now();
    let stolen = 0;
    for (const seat of this.#seats) {
      let first = true;
      for (const out of seat.outs) {
        if (out.limit === 0) continue;
        const ms = now - out.sentAt;
        const own = first && ms < WAKE_MS ? 1 : 0;
        first = false;
        if (ms < STEAL_MS || out.batch.works[0]!.options.bound) continue;
        // A share for itself: it may soon be through with what it runs. Who is about to begin has one at least: else what
        // nobody has begun yet goes from one that wakes to the next.
        const begun = out.seat.begun(out);
        const rest = out.limit - begun;
        const share = begun === 0 ? own : Math.floor(rest / (idle.length + 1));
        stolen += this.#takeBack(out, begun + share);
      }
    }
    return stolen > 0;
  }

  /** What was given out just now may be stolen soon. */
  #stealLater(): void {
    for (const seat of this.#seats) {
      for (const out of seat.outs) {
        if (out.batch.works[0]!.options.bound) continue;
        if (out.limit > out.seat.begun(out)) {
          return this.#hooks.later(STEAL_MS, this.#pump);
        }
      }
    }
  }
}
