import { deepFreeze } from "../actor/light/deep_freeze.ts";
import type { Wait } from "../sync/wait.ts";
import { awaited, isWantedEnd } from "./awaited.ts";
import { placeOf } from "./places.ts";
import { defineProxy, ownerHere, Proxied } from "./proxied.ts";

/**
 * A queue that the Manager holds.
 *
 * - **First in, first out;** those who wait are served in the order they came.
 * - **Unbounded:** what is put waits in the Manager. A `Queue` is bounded and faster, and lives in shared memory.
 * - **At most once:** an item goes to one taker. It is lost if that ends while it is on its way, or the Manager's thread does.
 * - **Kept** as the rest of the Manager's state is.
 *
 * @typeParam T The items; whatever can travel.
 *
 * @example Work for whoever takes it
 * ```ts
 * import { Manager, System } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * await using system = new System();
 * await using manager = await Manager.start({ system });
 * const jobs = manager.queue<string>("jobs");
 * const first = jobs.take();
 * await jobs.put("a", "b");
 * assertEquals([await first, await jobs.size(), await jobs.take()], ["a", 1, "b"]);
 * ```
 */
export class QueueRef<T> extends Proxied {
  /**
   * Puts items at the end in one step.
   *
   * @param values The items, in order.
   * @returns A promise of how many items wait then.
   * @throws {DataCloneError} If an item cannot travel; nothing was put.
   */
  put(...values: T[]): Promise<number> {
    return this.vault.ask.enqueue(this.#list, values) as Promise<number>;
  }

  /**
   * Takes the first item, as soon as there is one.
   *
   * @param options `timeout` in milliseconds, none by default; `signal` ends the wait.
   * @returns A promise of the item.
   * @throws {WaitTimeoutError} If there was none when the timeout passed.
   * @throws {ActorStoppedError} If the Manager stopped.
   * @throws {ActorCrashedError} If the Manager was restarted meanwhile: take again.
   * @throws The signal's reason.
   */
  async take(options: Wait = {}): Promise<T> {
    const { item } = await awaited(this.vault, {
      what: `take from "${this.name}"`,
      ask: (vault, ticket, timeoutMs) =>
        vault.ask.dequeue(this.#list, ticket, timeoutMs, ownerHere()),
      leave: (vault, ticket) => vault.ask.leave(this.#list, ticket),
    }, options);
    return deepFreeze(item) as T;
  }

  /**
   * Takes the first item, if there is one now.
   *
   * @returns A promise of it as `value`, or of `undefined`.
   */
  async tryTake(): Promise<{ readonly value: T } | undefined> {
    const taken = await this.vault.ask.dequeue(this.#list, "", 0);
    return taken && { value: deepFreeze(taken.item) as T };
  }

  /**
   * How many items wait.
   *
   * @returns A promise of their number.
   */
  size(): Promise<number> {
    return this.vault.ask.length(this.#list);
  }

  /**
   * Takes items until the Manager is stopped.
   *
   * @throws {ActorCrashedError} If the Manager was restarted meanwhile: read on by another loop.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, void> {
    for (;;) {
      let item: T;
      try {
        item = await this.take();
      } catch (error) {
        if (isWantedEnd(error)) return;
        throw error;
      }
      yield item;
    }
  }

  get #list(): string {
    return placeOf("queue", this.name);
  }
}

defineProxy("QueueRef", (vault, name) => new QueueRef(vault, name));
