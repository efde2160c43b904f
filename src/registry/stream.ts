/**
 * A stream of values from a registry, as its reader holds it.
 *
 * @module
 */
import { type Context, current } from "../actor/current.ts";
import { holdBy } from "../actor/hold_by.ts";
import { type ActorRef, coreIn } from "../actor/ref.ts";
import { ActorStoppedError, SystemClosedError } from "../errors.ts";
import { checkName, checkStream } from "./check_registry.ts";
import type { Directory, Source } from "./directory.ts";
import type { RegistryStreamOptions } from "./stream_options.ts";

/**
 * What a registry sends to one reader: the messages of a topic, or the lists of a group.
 *
 * - **Iterate it once:** `for await` reads to the end, and leaving the loop ends the stream. `using` ends it with a scope.
 * - **It ends** when it is disposed, and when the registry stops.
 * - **Read by who made it:** it cannot travel.
 * - **Ends with its owner:** one of an actor ends with the incarnation that made it. After an `await` of an actor that
 *   shares its thread the option `owner: context` says which that is; without it, the stream ends with the thread.
 *
 * @typeParam T The values.
 *
 * @example Listen until the first word
 * ```ts
 * import { Registry, System } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * await using system = new System();
 * await using registry = await Registry.start({ system });
 * const news = await registry.subscribe<string>("news");
 * await registry.publish("news", "hello");
 * for await (const word of news) {
 *   assertEquals(word, "hello");
 *   break;
 * }
 * ```
 */
export class RegistryStream<T>
  implements AsyncIterableIterator<T, undefined>, Disposable {
  /** Values that were dropped so far, as more waited than `capacity` says. */
  missed = 0;
  readonly #directory: ActorRef<Directory>;
  readonly #id: string = crypto.randomUUID();
  readonly #opened: Promise<void>;
  #values: T[] = [];
  #over = false;
  /** Reading goes one after the other. */
  #last: Promise<unknown> = Promise.resolve();
  readonly #release: () => void;

  /** Says that it stays where it is read: what has a tag like this cannot be sent. */
  get [Symbol.toStringTag](): string {
    return "RegistryStream Iterator";
  }

  /** A stream of `source`; the methods of `Registry` make them. */
  constructor(
    directory: ActorRef<Directory>,
    source: Source,
    capacity: number,
    owner?: Context,
  ) {
    this.#directory = directory;
    const { self, incarnation } = owner ?? current;
    const { ask } = directory;
    this.#opened = self === undefined
      ? ask.open(this.#id, source, capacity)
      : ask.open(this.#id, source, capacity, { ref: self, incarnation });
    // Whoever reads is told.
    this.#opened.catch(() => {});
    this.#release = holdBy(owner, () => this[Symbol.dispose]());
  }

  /** Resolves when every value from now on is caught. */
  get opened(): Promise<void> {
    return this.#opened;
  }

  /** The next value, as soon as there is one. */
  next(): Promise<IteratorResult<T, undefined>> {
    const next = this.#last.then(() => this.#next());
    this.#last = next.catch(() => {});
    return next;
  }

  /** Ends the stream. */
  return(): Promise<IteratorResult<T, undefined>> {
    this[Symbol.dispose]();
    return Promise.resolve({ done: true, value: undefined });
  }

  /** Ends the stream: who waits for a value is told of the end. */
  [Symbol.dispose](): void {
    if (this.#over) return;
    this.#over = true;
    this.#values = [];
    // Not set yet where the owner was over from the beginning.
    this.#release?.();
    // It closed all of them when it ended.
    if (coreIn(this.#directory)?.report !== undefined) return;
    this.#directory.tell.close(this.#id);
  }

  /** The stream itself. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  async #next(): Promise<IteratorResult<T, undefined>> {
    if (this.#values.length === 0 && !this.#over) await this.#fetch();
    return this.#over
      ? { done: true, value: undefined }
      : { done: false, value: this.#values.shift() as T };
  }

  #end(): void {
    this.#over = true;
    this.#release();
  }

  async #fetch(): Promise<void> {
    try {
      await this.#opened;
      const { ask } = this.#directory.with({ timeout: Infinity });
      const batch = await ask.next(this.#id);
      if (batch === undefined) this.#end();
      if (this.#over || batch === undefined) return;
      this.#values = batch.values as T[];
      this.missed += batch.missed;
    } catch (error) {
      this.#end();
      const ended = error instanceof ActorStoppedError ||
        error instanceof SystemClosedError;
      if (!ended) throw error;
    }
  }
}

/** A stream of `source`, which is what the method of a `Registry` that can `what` answers. */
export function openStream<T>(
  directory: ActorRef<Directory>,
  what: string,
  source: Source,
  options: RegistryStreamOptions,
): RegistryStream<T> {
  checkName(what, source.name);
  const capacity = checkStream(what, source, options);
  return new RegistryStream(directory, source, capacity, options.owner);
}
