import type { Wait } from "../sync/wait.ts";
import { rest, restIsDue } from "./rest.ts";
import type { Selected, Selection } from "./selectable.ts";
import { springOf } from "./sources.ts";

/** Longer timers fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** One of the sources of a selector. */
interface Lane {
  readonly key: PropertyKey;
  readonly source: object;
  readonly selection: Selection<unknown>;
  readonly lasts: boolean;
  /** Whether it may have something: it is looked at before it is watched. */
  mayHave: boolean;
  /** Ends the watch on it. */
  unwatch: (() => void) | undefined;
}

/** What came of a source. */
export interface Hit {
  /** Which one it was. */
  readonly key: PropertyKey;
  /** What was taken; not there: it has ended. */
  readonly selected: Selected<unknown> | undefined;
}

/** When each source had its turn: counts up. */
const turns: WeakMap<object, number> = new WeakMap();
let turn = 0;

/** Which of a selector's sources are told of, and how often. */
export type Mode = "once" | "each";

/**
 * Several sources, from which one message is taken at a time.
 *
 * - **Fair:** of those that have something the one whose last turn was longest ago has the next; one that never had one is
 *   as old as its first selector.
 * - **Clean:** a message is taken in the moment in which it is returned, or not at all.
 *
 * A selector of mode `"each"` lives long: it leaves out what it has told the end of, and what has one value for ever after
 * that; and it watches those that have nothing while it takes from others, so that they cost nothing.
 */
export class Selector {
  /** In the order of their turns, who has waited longest first. */
  #lanes: Lane[];
  readonly #mode: Mode;
  #wake: (() => void) | undefined;

  /** @throws {InvalidOptionError} If one of the sources is none. */
  constructor(
    entries: readonly (readonly [PropertyKey, unknown])[],
    mode: Mode,
  ) {
    this.#mode = mode;
    this.#lanes = entries.map(([key, source]) => {
      const spring = springOf(source, key);
      if (!turns.has(source as object)) turns.set(source as object, ++turn);
      return {
        ...spring,
        key,
        source: source as object,
        mayHave: true,
        unwatch: undefined,
      };
    });
    this.#lanes.sort((a, b) => turns.get(a.source)! - turns.get(b.source)!);
  }

  /** How many sources there are still. */
  get size(): number {
    return this.#lanes.length;
  }

  /**
   * Waits for one of them.
   *
   * @returns What came; `undefined` when the time is over, or there are no sources.
   * @throws The reason of the signal, or what a source has failed with.
   */
  async next({ timeout = Infinity, signal }: Wait): Promise<Hit | undefined> {
    signal?.throwIfAborted();
    const end = timeout === Infinity ? Infinity : performance.now() + timeout;
    if (restIsDue()) {
      await rest();
      signal?.throwIfAborted();
    }
    for (let late = false;;) {
      const hit = this.#take();
      if (hit !== undefined || late || this.size === 0) return hit;
      // Watching one may run what gives another something.
      if (this.#watch()) continue;
      // What a promise has come to is known a moment later.
      if (timeout <= 0) {
        await undefined;
        late = true;
      } else late = await this.#pause(end, signal);
      signal?.throwIfAborted();
    }
  }

  /** Nothing of it is left; who waits in {@linkcode next} looks once more and has nothing. */
  close(): void {
    for (const lane of this.#lanes) {
      lane.unwatch?.();
      lane.unwatch = undefined;
    }
    this.#lanes = [];
    this.#wake?.();
  }

  #take(): Hit | undefined {
    const lanes = this.#lanes;
    for (const lane of lanes) {
      if (!lane.mayHave) continue;
      const selected = lane.selection.tryTake();
      if (selected !== undefined) {
        this.#served(lane, lane.lasts && this.#mode === "each");
        return { key: lane.key, selected };
      }
      if (lane.selection.ended) {
        this.#served(lane, this.#mode === "each");
        return { key: lane.key, selected };
      }
      if (this.#mode === "each") this.#watchOne(lane);
    }
  }

  /** A source has had its turn: the next one is behind all others, or never. */
  #served(lane: Lane, isLast: boolean): void {
    turns.set(lane.source, ++turn);
    const lanes = this.#lanes;
    const at = lanes.indexOf(lane);
    if (isLast) lanes.splice(at, 1);
    else if (at < lanes.length - 1) lanes.push(...lanes.splice(at, 1));
  }

  /** Watches those that had nothing. Returns whether one may have something by now. */
  #watch(): boolean {
    const lanes = this.#lanes;
    for (const lane of lanes) if (lane.mayHave) this.#watchOne(lane);
    return lanes.some((lane) => lane.mayHave);
  }

  #watchOne(lane: Lane): void {
    lane.mayHave = false;
    lane.unwatch = lane.selection.watch(() => {
      lane.mayHave = true;
      lane.unwatch = undefined;
      this.#wake?.();
    });
  }

  /** Until a source has something, for as long as may be. Returns whether the time is over. */
  #pause(end: number, signal: AbortSignal | undefined): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const left = end - performance.now();
    const timer = left <= MAX_TIMER_MS
      ? setTimeout(() => settle(true), Math.max(0, Math.ceil(left)))
      : undefined;
    const abort = (): void => settle(false);
    const settle = (late: boolean): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
      this.#wake = undefined;
      resolve(late);
    };
    signal?.addEventListener("abort", abort);
    this.#wake = abort;
    if (signal?.aborted) abort();
    return promise;
  }
}
