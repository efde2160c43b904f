import { Refusal } from "../errors.ts";
import { answer } from "./answer.ts";
import type { Effect } from "./effect.ts";
import { sorted } from "./sorted.ts";
import type { State } from "./state.ts";

/** What lists need of who holds them. */
export interface ListHost {
  /** Keeps a write and does it; returns what resolves when it is kept. */
  readonly commit: (effects: readonly Effect[]) => Promise<void> | undefined;
  /** What resolves when all that was done is kept. */
  readonly pending: () => Promise<void> | undefined;
}

/** The lists of a Manager. A change of one is one write, and what is read is kept by the time that it is answered. */
export class ListBook {
  readonly #state: State;
  readonly #host: ListHost;

  /** Those of `state`. */
  constructor(state: State, host: ListHost) {
    this.#state = state;
    this.#host = host;
  }

  /** Appends; answers the new length. */
  push(list: string, values: unknown[]): number | Promise<number> {
    const { length } = this.#state.items(list);
    const done = this.#splice(list, length, 0, values);
    return answer(done, length + values.length);
  }

  /** One item; a negative place counts from the end. */
  at(list: string, index: number): unknown {
    return this.#answer(this.#state.items(list).at(index));
  }

  /**
   * Replaces one item.
   *
   * @throws {Refusal} If there is none at that place.
   */
  put(list: string, index: number, value: unknown): unknown {
    const { length } = this.#state.items(list);
    if (!Number.isInteger(index) || index < 0 || index >= length) {
      throw new Refusal(
        `Cannot set an item of list "${list}" as its index must be from 0 to ${
          length - 1
        }: current value is ${index}`,
      );
    }
    return answer(this.#splice(list, index, 1, [value]), true);
  }

  /** Some of the items, as of `Array.prototype.slice`. */
  slice(list: string, start?: number, end?: number): unknown {
    return this.#answer(this.#state.items(list).slice(start, end));
  }

  /** Takes items out and puts others there, as of `Array.prototype.splice`; answers those that are gone. */
  splice(
    list: string,
    start: number,
    count: number,
    values: unknown[],
  ): unknown {
    const items = this.#state.items(list);
    const from = Math.trunc(start) || 0;
    const at = from < 0
      ? Math.max(0, items.length + from)
      : Math.min(from, items.length);
    const gone = items.slice(at, at + Math.max(0, count));
    if (gone.length === 0 && values.length === 0) return this.#answer(gone);
    return answer(this.#splice(list, at, gone.length, values), gone);
  }

  /**
   * Sorts, or turns it round.
   *
   * @throws {Refusal} If the items cannot be sorted.
   */
  order(list: string, how: "sort" | "reverse"): unknown {
    const items = this.#state.items(list).slice();
    const next = how === "reverse" ? items.toReversed() : sorted(list, items);
    return answer(this.#splice(list, 0, items.length, next), undefined);
  }

  /** How many items there are. */
  length(list: string): number | Promise<number> {
    return this.#answer(this.#state.items(list).length);
  }

  #splice(
    list: string,
    start: number,
    count: number,
    values: unknown[],
  ): Promise<void> | undefined {
    return this.#host.commit([["splice", list, start, count, values]]);
  }

  #answer<T>(value: T): T | Promise<T> {
    return answer(this.#host.pending(), value);
  }
}
