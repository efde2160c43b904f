import type { LaneReader } from "../memory/lane.ts";

/** Lanes that are read in turn, so that no sender starves another. */
export class LaneRound {
  /** The lanes. */
  readonly lanes: LaneReader[] = [];
  readonly #drained: (memory: SharedArrayBuffer) => void;
  #next = 0;

  /** No lanes yet; `drained` is told of a sealed lane that is empty. */
  constructor(drained: (memory: SharedArrayBuffer) => void) {
    this.#drained = drained;
  }

  /** A quick look: is there anything to read? */
  get hasMore(): boolean {
    for (let i = 0; i < this.lanes.length; i++) {
      if (this.lanes[i]!.hasMore) return true;
    }
    return false;
  }

  /** Messages that wait. */
  get depth(): number {
    let depth = 0;
    for (const lane of this.lanes) depth += lane.depth;
    return depth;
  }

  /**
   * Takes the next message.
   *
   * @param before Mail that is read first. It is looked at after the lanes of this round: who writes there, and then
   *   here, has both read in that order.
   * @returns The lane whose fields describe the record in place, `"fenced"` when a successor took over, or `undefined`.
   */
  take(before?: LaneRound): LaneReader | "fenced" | undefined {
    for (let tried = 0, n = this.lanes.length; tried < n; tried++) {
      if (this.#next >= this.lanes.length) this.#next = 0;
      const lane = this.lanes[this.#next];
      if (lane === undefined) break;
      let state: ReturnType<LaneReader["take" | "peek"]>;
      if (before === undefined) state = lane.take();
      else {
        state = lane.peek();
        if (state === "more") {
          const first = before.take();
          if (first !== undefined) return first;
          state = lane.take();
        }
      }
      if (state === "taken") {
        this.#next++;
        return lane;
      }
      if (state === "fenced") return "fenced";
      if (state === "ended") {
        this.lanes.splice(this.#next, 1);
        this.#drained(lane.memory);
      } else this.#next++;
    }
    return before?.take();
  }
}
