/**
 * The loop that turns one thread's mail.
 *
 *   idle → turning   wake()
 *   turning → turning   there was work, or polling found some
 *   turning → parked    nothing to do, and the second look after arming found nothing either
 *   parked → turning    rung, or wake()
 *   any → closed        close(), or replaced by a successor
 *
 * Between two turns a few microtasks pass, so that whoever was answered goes on
 * first. Before it parks the loop polls, as long as that pays: a wake-up costs
 * 20 µs and more, an answer that comes while polling none of it; patience.ts
 * tells how long. It returns to the event loop every few milliseconds, so timers
 * and signals are never starved.
 *
 * @module
 */
import type { Doorbell } from "../../channel/doorbell.ts";
import { Patience } from "./patience.ts";

/** What a thread waits for: nothing, whatever mail may come, or that another thread does what this one asked of it. */
export type Expected = "nothing" | "mail" | "reply";

/** What a look at the clock says: none was taken, there is time, or the thread is to return to its event loop. */
export type Look = "not yet" | "in time" | "slice over";

/** What a pump turns. */
export interface Pumped {
  /** Does what there is to do; returns how many records it dealt with. */
  work(): number;
  /** A quick look: is there anything to do? */
  hasWork(): boolean;
  /** What is waited for, so that polling may pay. */
  expecting(): Expected;
  /** Called after each return to the event loop. `false` when a successor took over: the pump closes. */
  onSlice(): boolean;
  /** Called when a ring would be heard, before the last look. Returns whether anything moved. */
  beforePark(): boolean;
}

/** Longest time without a return to the event loop, in milliseconds. */
const SLICE_MS = 2;
/** A look at the clock costs as much as a message: so many questions are answered without one, while they come fast. */
const QUESTIONS_PER_LOOK = 16;
/** Questions come fast when fewer milliseconds passed between two looks. */
const FAST_MS = 0.5;
/** Microtasks that pass after work. */
const HOPS = 4;
/** Looks between two looks at the clock. */
const LOOKS_PER_CLOCK = 32;
/** The loop of one thread. */
export class Pump {
  readonly #bell: Doorbell;
  readonly #pumped: Pumped;
  #state: "idle" | "turning" | "parked" | "closed" = "idle";
  /** Whether a wait is under way: one that outlived its park serves the next. */
  #waiting = false;
  readonly #mailPatience: Patience = new Patience();
  readonly #replyPatience: Patience = new Patience();
  #sliceEnd = 0;
  #looked = 0;
  #untilLook = QUESTIONS_PER_LOOK;
  #hops = 0;
  readonly #turnLater = (): void => this.#turn();
  readonly #hopLater = (): void => this.#hop();
  readonly #sliceLater = (): void => this.#slice();

  /** A pump that sleeps at `bell`. */
  constructor(bell: Doorbell, pumped: Pumped) {
    this.#bell = bell;
    this.#pumped = pumped;
  }

  /** Looks at the clock now and then; to be asked after each message. */
  look(): Look {
    if (--this.#untilLook > 0) return "not yet";
    const now = performance.now();
    this.#untilLook = now - this.#looked > FAST_MS ? 1 : QUESTIONS_PER_LOOK;
    this.#looked = now;
    return now > this.#sliceEnd ? "slice over" : "in time";
  }

  /** Makes the loop turn soon, also when it is parked. */
  wake(): void {
    if (this.#state === "turning" || this.#state === "closed") return;
    // Nobody need ring now. The wait that is under way is kept for the next park.
    if (this.#state === "parked") this.#bell.disarm();
    this.#state = "turning";
    this.#sliceEnd = performance.now() + SLICE_MS;
    queueMicrotask(this.#turnLater);
  }

  /** Ends the loop. */
  close(): void {
    this.#state = "closed";
    this.#bell.rouse();
  }

  #turn(): void {
    if (this.#state === "closed") return;
    if (this.#pumped.work() === 0) {
      if (!this.#poll()) return this.#goToSleep();
      this.#pumped.work();
    }
    if (this.look() === "slice over") setImmediate(this.#sliceLater);
    else {
      this.#hops = HOPS;
      queueMicrotask(this.#hopLater);
    }
  }

  #hop(): void {
    if (--this.#hops > 0) queueMicrotask(this.#hopLater);
    else this.#turn();
  }

  #slice(): void {
    if (this.#state === "closed") return;
    this.#sliceEnd = performance.now() + SLICE_MS;
    if (this.#pumped.onSlice()) this.#turn();
    else this.close();
  }

  #poll(): boolean {
    const expected = this.#pumped.expecting();
    if (expected === "nothing") return false;
    const patience = expected === "mail"
      ? this.#mailPatience
      : this.#replyPatience;
    const found = this.#pollFor(patience.next());
    patience.learn(found);
    return found;
  }

  #pollFor(ms: number): boolean {
    const pumped = this.#pumped;
    const end = performance.now() + ms;
    do {
      for (let i = 0; i < LOOKS_PER_CLOCK; i++) {
        if (pumped.hasWork()) return true;
      }
    } while (performance.now() < end);
    return false;
  }

  #goToSleep(): void {
    const armed = this.#bell.arm();
    const moved = this.#pumped.beforePark() || this.#pumped.hasWork();
    if (armed && !moved && this.#startWaiting()) {
      this.#state = "parked";
      return;
    }
    this.#bell.disarm();
    // Through the event loop, as a predecessor that cannot arm would turn for ever.
    if (!armed) setImmediate(this.#sliceLater);
    else queueMicrotask(this.#turnLater);
  }

  /** Waits for a ring, unless a wait is under way. False when it was rung already. */
  #startWaiting(): boolean {
    if (this.#waiting) return true;
    const rung = this.#bell.parkAsync();
    if (rung === undefined) return false;
    this.#waiting = true;
    rung.then(() => {
      this.#waiting = false;
      if (this.#state !== "parked") return;
      this.#state = "turning";
      this.#slice();
    });
    return true;
  }
}
