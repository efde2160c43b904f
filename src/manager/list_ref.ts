import { deepFreeze } from "../actor/light/deep_freeze.ts";
import { defineProxy, Proxied } from "./proxied.ts";

/**
 * A list that the Manager holds.
 *
 * - **Atomic:** each call is one step; no two of them mix.
 * - **Frozen copies:** what is read is a copy; changing it is a `TypeError`.
 *
 * @typeParam T The items; whatever can travel.
 *
 * @example Append, replace and read
 * ```ts
 * import { Manager, Refusal, System } from "@troupe/actors";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * await using system = new System();
 * await using manager = await Manager.start({ system });
 * const log = manager.list<string>("log");
 *
 * assertEquals(await log.push("a", "b"), 2);
 * await log.set(0, "c");
 * assertEquals([await log.at(-1), await log.slice()], ["b", ["c", "b"]]);
 * await assertRejects(() => log.set(2, "d"), Refusal);
 * await log.sort();
 * assertEquals([await log.pop(), await log.slice()], ["c", ["b"]]);
 * ```
 */
export class ListRef<T> extends Proxied {
  /**
   * Appends in one step.
   *
   * @param values The items, in order.
   * @returns A promise of the new length.
   * @throws {DataCloneError} If an item cannot travel; nothing was appended.
   */
  push(...values: T[]): Promise<number> {
    return this.vault.ask.push(this.name, values);
  }

  /**
   * Takes the last item away.
   *
   * @returns A promise of it, or of `undefined` when the list is empty.
   */
  async pop(): Promise<T | undefined> {
    return (await this.splice(-1, 1))[0];
  }

  /**
   * Takes the first item away.
   *
   * @returns A promise of it, or of `undefined` when the list is empty.
   */
  async shift(): Promise<T | undefined> {
    return (await this.splice(0, 1))[0];
  }

  /**
   * One item.
   *
   * @param index Its place from 0; a negative one counts from the end.
   * @returns A promise of a copy of the item, or of `undefined` when there is none.
   */
  async at(index: number): Promise<T | undefined> {
    return deepFreeze(await this.vault.ask.at(this.name, index)) as
      | T
      | undefined;
  }

  /**
   * Replaces one item.
   *
   * @param index Its place; a whole number from 0 to the length less 1.
   * @param value What replaces it.
   * @returns A promise that resolves when it is done.
   * @throws {Refusal} If there is no item at `index`; nothing was changed.
   * @throws {DataCloneError} If the value cannot travel.
   */
  async set(index: number, value: T): Promise<void> {
    await this.vault.ask.put(this.name, index, value);
  }

  /**
   * Some of the items, as of `Array.prototype.slice`.
   *
   * @param start The first place; default 0. A negative one counts from the end.
   * @param end The place after the last; default the length.
   * @returns A promise of frozen copies, as of one moment.
   */
  async slice(start?: number, end?: number): Promise<T[]> {
    return deepFreeze(
      await this.vault.ask.slice(this.name, start, end),
    ) as T[];
  }

  /**
   * Takes items out and puts others there in one step, as of `Array.prototype.splice`.
   *
   * @param start The first place; a negative one counts from the end.
   * @param count How many go; default all from there on.
   * @param values What comes there.
   * @returns A promise of what is gone.
   * @throws {DataCloneError} If an item cannot travel; nothing was changed.
   */
  async splice(
    start: number,
    count: number = Infinity,
    ...values: T[]
  ): Promise<T[]> {
    return deepFreeze(
      await this.vault.ask.splice(this.name, start, count, values),
    ) as T[];
  }

  /**
   * Sorts it in one step: numbers by their size, strings as `Array.prototype.sort` does.
   *
   * @returns A promise that resolves when it is done.
   * @throws {Refusal} If the items are neither all numbers nor all strings; nothing was changed.
   */
  async sort(): Promise<void> {
    await this.vault.ask.order(this.name, "sort");
  }

  /**
   * Turns it round in one step.
   *
   * @returns A promise that resolves when it is done.
   */
  async reverse(): Promise<void> {
    await this.vault.ask.order(this.name, "reverse");
  }

  /**
   * Where an item is; primitives are found by their value, and nothing else is.
   *
   * @param value The item.
   * @returns A promise of its first place, or of -1.
   */
  async indexOf(value: T): Promise<number> {
    return (await this.slice()).findIndex((item) => isSame(item, value));
  }

  /**
   * How often an item is there; primitives are found by their value, and nothing else is.
   *
   * @param value The item.
   * @returns A promise of the number.
   */
  async count(value: T): Promise<number> {
    return (await this.slice()).filter((item) => isSame(item, value)).length;
  }

  /**
   * How many items it has.
   *
   * @returns A promise of their number.
   */
  size(): Promise<number> {
    return this.vault.ask.length(this.name);
  }

  /** Reads the items as of the moment that the loop begins. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, void> {
    yield* await this.slice();
  }
}

/** As of `Array.prototype.includes`: `NaN` is itself. */
function isSame(a: unknown, b: unknown): boolean {
  return a === b || Object.is(a, b);
}

defineProxy("ListRef", (vault, name) => new ListRef(vault, name));
