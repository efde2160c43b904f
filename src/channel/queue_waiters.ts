/**
 * Who waits at a queue: to put, to take, to look.
 *
 * @module
 */
import { BLOCKING, PLACE, PLACE_STATE } from "../sync/layout.ts";
import type { QueueCore } from "./queue_core.ts";
import { PUT } from "./queue_outcomes.ts";
import { AIM, CAME, RECORD } from "./queue_layout.ts";
import type { Freight } from "./queue_ring.ts";
import type { Sections, Waiter } from "./queue_wait.ts";

const { AGAIN, FENCED, NO_PLACE, OVER, WAITING } = CAME;

/** Bytes that one section copies, in about 10 µs. */
export const COPIED_AT_ONCE: number = 1 << 16;

/** What a put comes to. */
export type PutEnd =
  | "put"
  | "closed"
  | "full"
  | "waits"
  | "failed"
  | "claimed";

/** Puts a message, when there is room. */
export class PutWaiter implements Waiter {
  readonly what = "put";
  place = -1;
  #kick: AbortController | undefined;
  /** What it came to. */
  end: PutEnd = "waits";
  /** Why it has failed, if it has. */
  failure: { readonly error: unknown } | undefined;
  readonly #core: QueueCore;
  readonly #freight: Freight;
  readonly #blocking: number;
  /** Whether it is to wait for room. */
  readonly #waits: boolean;
  /** Its record; -1: none yet. */
  #position = -1;
  #copied = 0;
  #handedOver = false;

  /** Puts `freight`, whose bytes stay as they are until it is over. */
  constructor(
    core: QueueCore,
    freight: Freight,
    waits: boolean,
    blocking: boolean,
  ) {
    this.#core = core;
    this.#freight = freight;
    this.#waits = waits;
    this.#blocking = blocking ? BLOCKING : 0;
  }

  step(): number {
    if (this.end !== "waits") return OVER;
    const core = this.#core;
    if (!core.enter()) return FENCED;
    if (this.#handedOver) return this.#look();
    if (this.#position >= 0) return this.#copy();
    if (this.place < 0) return this.#begin();
    const { monitor } = core;
    const state = monitor.of(this.place, PLACE.STATE);
    if (state === PLACE_STATE.WAITING) return WAITING;
    if (state === PLACE_STATE.REFUSED) return this.#over("closed");
    this.#position = monitor.of(this.place, PLACE.ARG) >>> AIM.SHIFT;
    // Where a message is handed over, it goes on waiting there.
    if (core.ring.capacity !== 0) this.#leave();
    return this.#copy();
  }

  quit(): void {
    const core = this.#core;
    if (this.#handedOver) core.withdraw(this.#position);
    if (this.place >= 0) core.monitor.abandon(this.place);
    this.place = -1;
    core.serve();
  }

  finish(): void {
    this.#kick?.abort();
  }

  /** Its record, once it has one. */
  get position(): number {
    return this.#position;
  }

  /** See {@linkcode Waiter.kick}. */
  get kick(): AbortController {
    return this.#kick ??= new AbortController();
  }

  #begin(): number {
    const core = this.#core;
    const { monitor } = core;
    const { length } = this.#freight;
    const handsOver = core.ring.capacity === 0 && this.#waits;
    const arg = length << AIM.SHIFT | AIM.PUT | this.#blocking;
    const made = core.admit(length, this.#waits);
    if (made === PUT.CLOSED) return this.#over("closed");
    if (made === PUT.AGAIN) return AGAIN;
    if (made === PUT.FULL && !this.#waits) return this.#over("full");
    if (made < 0 || handsOver) {
      const place = monitor.take(PLACE_STATE.WAITING, arg);
      if (place < 0 && made < 0) return NO_PLACE;
      this.place = place;
    }
    if (made < 0) return WAITING;
    this.#position = made;
    return this.#copy();
  }

  /** Copies bytes into its record, and publishes them when all are there. */
  #copy(): number {
    const core = this.#core;
    const { filled, length } = this.#freight;
    const to = Math.min(filled ?? length, this.#copied + COPIED_AT_ONCE);
    try {
      core.ring.write(this.#position, this.#freight, this.#copied, to);
    } catch (error) {
      return this.#fail(error);
    }
    // The others are written in place, and it is published then.
    if (filled !== undefined) return this.#over("claimed");
    this.#copied = to;
    if (to < length) return AGAIN;
    if (core.ring.capacity !== 0 || this.place < 0) {
      core.publish(this.#position);
      return this.#over("put");
    }
    const { monitor } = core;
    const arg = this.#position << AIM.SHIFT | AIM.GONE | this.#blocking;
    monitor.set(monitor.at(this.place, PLACE.ARG), arg);
    monitor.set(monitor.at(this.place, PLACE.STATE), PLACE_STATE.WAITING);
    core.ring.set(this.#position, RECORD.PLACE, this.place + 1);
    this.#handedOver = true;
    core.publish(this.#position);
    return this.#look();
  }

  /** The depot was not given what the message needs: its room is somebody else's. */
  #fail(error: unknown): number {
    const core = this.#core;
    this.failure = { error };
    core.forsake(this.#position);
    const over = this.#over("failed");
    core.serve();
    return over;
  }

  /** Whether the message that is to be handed over was taken. */
  #look(): number {
    const state = this.#core.monitor.of(this.place, PLACE.STATE);
    if (state === PLACE_STATE.WAITING) return WAITING;
    return this.#over(state === PLACE_STATE.REFUSED ? "closed" : "put");
  }

  #over(end: PutEnd): number {
    this.#leave();
    this.end = end;
    return OVER;
  }

  #leave(): void {
    if (this.place >= 0) this.#core.monitor.free(this.place);
    this.place = -1;
  }
}

/** Takes a message, when there is one. */
export class TakeWaiter implements Waiter {
  readonly what = "take";
  place = -1;
  /** Whether it is over without a message: nothing comes any more. */
  ended = false;
  readonly #core: QueueCore;
  readonly #others: Iterable<TakeWaiter>;
  readonly #blocking: boolean;
  /** In a section: reads a record, which is this thread's unless it says that it may leave. */
  readonly #read: (position: number) => boolean;
  readonly #finish: () => void;
  #over = false;

  /**
   * Takes a message.
   *
   * @param others Those of this thread that wait, which one who blocks goes before.
   * @param read In a section: reads the record. Answers whether it may leave.
   * @param finish Right after that section.
   */
  constructor(
    core: QueueCore,
    others: Iterable<TakeWaiter>,
    blocking: boolean,
    read: (position: number) => boolean,
    finish: () => void,
  ) {
    this.#core = core;
    this.#others = others;
    this.#blocking = blocking;
    this.#read = read;
    this.#finish = finish;
  }

  step(): number {
    if (this.#over) return OVER;
    const core = this.#core;
    if (!core.enter()) return FENCED;
    if (this.place < 0) return this.#begin();
    const { monitor } = core;
    const state = monitor.of(this.place, PLACE.STATE);
    if (state === PLACE_STATE.WAITING) return WAITING;
    const position = monitor.of(this.place, PLACE.ARG) >>> AIM.SHIFT;
    monitor.free(this.place);
    this.place = -1;
    if (state === PLACE_STATE.REFUSED) return this.#end();
    core.accept(position);
    return this.#have(position);
  }

  quit(): void {
    this.#core.monitor.abandon(this.place);
    this.place = -1;
    this.#core.serve();
  }

  finish(): void {
    this.#finish();
  }

  /** In a section: what it was given and has not seen goes to another of its thread. Answers the record, or -1. */
  yield(): number {
    const { monitor } = this.#core;
    if (this.place < 0) return -1;
    if (monitor.of(this.place, PLACE.STATE) !== PLACE_STATE.GRANTED) return -1;
    const arg = monitor.at(this.place, PLACE.ARG);
    const position = monitor.get(arg) >>> AIM.SHIFT;
    monitor.set(arg, AIM.TAKE);
    monitor.set(monitor.at(this.place, PLACE.STATE), PLACE_STATE.WAITING);
    return position;
  }

  #begin(): number {
    const core = this.#core;
    if (this.#blocking) {
      for (const other of this.#others) {
        const position = other.yield();
        if (position < 0) continue;
        core.accept(position);
        return this.#have(position);
      }
    }
    if (core.hasMessage) return this.#have(core.take());
    if (core.endsFor(core.monitor.life.who)) return this.#end();
    const arg = AIM.TAKE | (this.#blocking ? BLOCKING : 0);
    this.place = core.monitor.take(PLACE_STATE.WAITING, arg);
    return this.place < 0 ? NO_PLACE : WAITING;
  }

  #have(position: number): number {
    this.#over = true;
    if (this.#read(position)) {
      this.#core.release(position);
      this.#core.serve();
    }
    return OVER;
  }

  #end(): number {
    this.#over = true;
    this.ended = true;
    return OVER;
  }
}

/** Waits until something holds of a queue; takes nothing. */
export class LookWaiter implements Waiter {
  readonly what: string;
  place = -1;
  readonly #core: Sections;
  readonly #arg: number;
  readonly #holds: () => boolean;
  #over = false;

  /** Waits with that ARG until `holds`, which is asked in sections. */
  constructor(
    core: Sections,
    what: string,
    arg: number,
    holds: () => boolean,
  ) {
    this.#core = core;
    this.what = what;
    this.#arg = arg;
    this.#holds = holds;
  }

  step(): number {
    if (this.#over) return OVER;
    const { monitor } = this.#core;
    if (!this.#core.enter()) return FENCED;
    if (this.place >= 0) {
      const state = monitor.of(this.place, PLACE.STATE);
      if (state === PLACE_STATE.WAITING) return WAITING;
      monitor.free(this.place);
    } else if (!this.#holds()) {
      this.place = monitor.take(PLACE_STATE.WAITING, this.#arg);
      return this.place < 0 ? NO_PLACE : WAITING;
    }
    this.#over = true;
    this.place = -1;
    return OVER;
  }

  quit(): void {
    this.#core.monitor.abandon(this.place);
    this.place = -1;
  }

  finish(): void {}
}
