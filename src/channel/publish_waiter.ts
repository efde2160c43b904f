import { PLACE, PLACE_STATE } from "../sync/layout.ts";
import { type BroadcastCore, type Cargo, PUBLISHED } from "./broadcast_core.ts";
import { AIM } from "./broadcast_layout.ts";
import { CAME } from "./queue_layout.ts";
import type { Waiter } from "./queue_wait.ts";

const { AGAIN, FENCED, NO_PLACE, OVER, WAITING } = CAME;

/** One who publishes, and waits for room if there is none. */
export class PublishWaiter implements Waiter {
  readonly what = "publish";
  place = -1;
  /** What it came to, of {@linkcode PUBLISHED}. */
  end: number = PUBLISHED.FULL;
  /** Why it has failed, if it has. */
  failure: { readonly error: unknown } | undefined;
  readonly #core: BroadcastCore;
  readonly #cargo: Cargo;

  /** Publishes `cargo`, whose bytes stay as they are meanwhile. */
  constructor(core: BroadcastCore, cargo: Cargo) {
    this.#core = core;
    this.#cargo = cargo;
  }

  step(): number {
    if (this.end !== PUBLISHED.FULL) return OVER;
    const core = this.#core;
    const { monitor } = core;
    if (!core.enter()) return FENCED;
    if (
      this.place >= 0 &&
      monitor.of(this.place, PLACE.STATE) === PLACE_STATE.WAITING
    ) return WAITING;
    if (!core.isBehind(this.place)) {
      const end = this.#publish();
      if (end === PUBLISHED.AGAIN) return AGAIN;
      if (end !== PUBLISHED.FULL) return this.#finish(end);
    }
    if (this.place < 0) {
      this.place = monitor.take(PLACE_STATE.WAITING, AIM.PUBLISH);
      return this.place < 0 ? NO_PLACE : WAITING;
    }
    monitor.set(monitor.at(this.place, PLACE.STATE), PLACE_STATE.WAITING);
    return WAITING;
  }

  /** What the depot does not take is not published, and leaves its place. */
  #publish(): number {
    try {
      return this.#core.publish(this.#cargo);
    } catch (error) {
      this.failure = { error };
      return PUBLISHED.FAILED;
    }
  }

  #finish(end: number): number {
    this.end = end;
    if (this.place >= 0) this.#core.monitor.free(this.place);
    this.place = -1;
    // There may be room for one more.
    this.#core.callPublisher();
    return OVER;
  }

  quit(): void {
    this.#core.monitor.abandon(this.place);
    this.place = -1;
    this.#core.callPublisher();
  }

  finish(): void {}
}
