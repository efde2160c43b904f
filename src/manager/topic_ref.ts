import { deepFreeze } from "../actor/light/deep_freeze.ts";
import { ActorCrashedError, ActorStoppedError } from "../errors.ts";
import { defineProxy, Proxied } from "./proxied.ts";
import { checkWatching, type WatchingOptions, withCredit } from "./watching.ts";

/**
 * What a reader of a topic is given: a value, or how many were dropped as it was too slow.
 *
 * @typeParam T The values.
 */
export type TopicItem<T> =
  | { readonly value: T; readonly missed?: never }
  | { readonly missed: number; readonly value?: never };

/**
 * A topic of a Manager: what is published goes to all who read it at that time.
 *
 * - **In order,** for each reader.
 * - **Nothing is kept:** who comes later, or reads while the Manager is restarted, does not hear of it.
 * - **Bounded:** a reader too slow is told how much it missed, and keeps nobody waiting.
 *
 * @typeParam T The values; whatever can travel.
 *
 * @example Tell all who listen
 * ```ts
 * import { Manager, System } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * await using system = new System();
 * await using manager = await Manager.start({ system });
 * const news = manager.topic<string>("news");
 * const items = news.subscribe();
 * const first = items.next();
 * while (await news.publish("hello") === 0);
 * assertEquals((await first).value, { value: "hello" });
 * await items.return();
 * ```
 */
export class TopicRef<T> extends Proxied {
  /**
   * Gives a value to all who read.
   *
   * @param value The value.
   * @returns A promise of how many they are.
   * @throws {DataCloneError} If the value cannot travel.
   */
  publish(value: T): Promise<number> {
    return this.vault.ask.publish(this.name, value);
  }

  /**
   * What is published from now on: from the first `next()`. Ends when the Manager has stopped.
   *
   * @param options How many values may wait at the Manager, and a signal that ends it.
   * @returns The values.
   * @throws {InvalidOptionError} If an option is out of its bounds.
   */
  async *subscribe(
    options: WatchingOptions = {},
  ): AsyncGenerator<TopicItem<T>, void, void> {
    checkWatching(`Cannot subscribe to "${this.name}"`, options);
    const { capacity = 1_024, signal } = options;
    const patient = withCredit(this.vault, signal);
    for (;;) {
      try {
        const batches = patient.stream.subscribe(this.name, capacity);
        for await (const batch of batches) {
          yield* deepFreeze(batch) as TopicItem<T>[];
        }
        return;
      } catch (error) {
        if (error instanceof ActorStoppedError && !error.safeToRetry) return;
        if (!(error instanceof ActorCrashedError)) throw error;
      }
    }
  }
}

defineProxy("TopicRef", (vault, name) => new TopicRef(vault, name));
