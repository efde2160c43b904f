/**
 * The state that a Manager holds: maps, lists, queues, locks and topics by name.
 *
 * @module
 */
import type { Context } from "../actor/current.ts";
import { answer } from "./answer.ts";
import { Caches, type CacheStats } from "./caches.ts";
import type { Change } from "./change.ts";
import { Clients, type Owner } from "./clients.ts";
import { Draft } from "./draft.ts";
import type { Effect } from "./effect.ts";
import { Expiry } from "./expiry.ts";
import { isGivenUp } from "./given_up.ts";
import { type Keeper, NoKeeper } from "./keeper.ts";
import { ListBook } from "./list_book.ts";
import { type Grant, LockBook } from "./lock_book.ts";
import type { MapChange } from "./map_change.ts";
import { openKeeper } from "./open_keeper.ts";
import { PresenceBook } from "./presence_book.ts";
import { QueueBook, type Taken } from "./queue_book.ts";
import { importReducer, loadedReducer, reducerHere } from "./reducer.ts";
import { refuseCalls } from "./refuse_calls.ts";
import { type ReplicaMemory, Replicas } from "./replica.ts";
import { State } from "./state.ts";
import { StateFileError } from "./state_file_error.ts";
import { perform, type Step } from "./step.ts";
import { Watchers } from "./watchers.ts";

/** What a {@linkcode Vault} is given by a `Manager`. */
export interface VaultOptions {
  /** The memory of its journal. Default: its state ends with its thread. */
  readonly journal?: SharedArrayBuffer;
  /** Path of its file, if it has one; then it needs a journal too. */
  readonly file?: string;
  /** The memory of its replicas, by the names of their maps. */
  readonly replicas?: Readonly<Record<string, ReplicaMemory>>;
}

/**
 * Maps, lists, queues, locks and topics by name. Values are changed only here, one call at a time.
 *
 * Its methods are the messages of {@linkcode Manager}; the typed ways to them are `MapRef`, `ListRef` and so on. A name
 * that was never written reads as empty.
 */
export class Vault {
  readonly #options: VaultOptions;
  readonly #replicas: Replicas;
  readonly #state: State = new State();
  readonly #caches: Caches = new Caches(this.#state);
  readonly #watchers: Watchers = new Watchers(
    this.#state,
    () =>
      this.#untold > 0 ? this.#keeper.pending ?? Promise.resolve() : undefined,
  );
  readonly #expiry: Expiry = new Expiry(this.#state, () => this.#expire());
  readonly #lists: ListBook = new ListBook(this.#state, {
    commit: (effects) => this.#commit(effects),
    pending: () => this.#keeper.pending,
  });
  #stopping!: AbortSignal;
  #keeper!: Keeper;
  /** Writes that are done and that nobody was told of, as they may yet be lost. */
  #untold = 0;
  #locks!: LockBook;
  #queues!: QueueBook;
  #presence!: PresenceBook;

  /** An empty one. */
  constructor(options: VaultOptions = {}) {
    this.#options = options;
    this.#replicas = new Replicas(options.replicas ?? {});
  }

  /** Called by the runtime. Whoever waits must not hold up a stop. */
  async onStart(context: Context<Vault>): Promise<void> {
    const givenUp = () => isGivenUp(context);
    try {
      this.#keeper = await openKeeper(this.#options, this.#state, givenUp);
    } catch (error) {
      // At the first start whoever starts it is told, and later those who ask are: they would wait, and never hear why.
      const isRestart = context.incarnation > 1;
      if (!(isRestart && error instanceof StateFileError)) throw error;
      this.#keeper = new NoKeeper(givenUp);
      return refuseCalls(this, error, context);
    }
    this.#replicas.follow(this.#state);
    this.#expiry.follow();
    const clients = new Clients(context);
    const commit = (effects: readonly Effect[]): void => {
      this.#commit(effects)?.catch(() => {});
    };
    this.#locks = new LockBook(this.#state, clients, commit);
    this.#queues = new QueueBook(this.#state, clients, commit);
    this.#presence = new PresenceBook(this.#state, clients, commit);
    this.#stopping = context.signal;
    this.#stopping.addEventListener("abort", () => this.#closeLines());
  }

  /** Called by the runtime. When it has failed, that tells those who wait, as it tells all whose calls it cuts off. */
  async onStop(): Promise<void> {
    if (this.#stopping.aborted) this.#closeLines();
    this.#expiry.close();
    await this.#keeper.close();
  }

  /** The value under `key`, else `otherwise`. */
  get(map: string, key: unknown, otherwise?: unknown): unknown {
    this.#expire();
    const entry = this.#state.entry(map, key);
    return this.#answer(entry === undefined ? otherwise : entry.value);
  }

  /** The value under `key` and its version. */
  entry(map: string, key: unknown): unknown {
    this.#expire();
    const entry = this.#state.entry(map, key);
    return this.#answer(
      entry && { value: entry.value, version: entry.version },
    );
  }

  /** Puts a value; answers its version. */
  set(map: string, key: unknown, value: unknown): number | Promise<number> {
    this.#expire();
    const draft = new Draft(this.#state);
    const version = draft.set(map, key, value);
    return this.#write(draft, version);
  }

  /** Changes a value in one step; answers what it is now. */
  update(map: string, key: unknown, change: Change): unknown {
    this.#expire();
    const draft = new Draft(this.#state);
    const step: Step = { map, key, deed: "update", change };
    return this.#write(draft, perform(draft, step, reducerHere));
  }

  /** Removes a key; answers whether it was there. */
  delete(map: string, key: unknown): boolean | Promise<boolean> {
    this.#expire();
    const draft = new Draft(this.#state);
    return this.#write(draft, draft.delete(map, key));
  }

  /** Does all of the steps or none; answers what each gives. */
  async transact(steps: readonly Step[]): Promise<unknown[]> {
    for (const { reduce } of steps) {
      if (reduce !== undefined && loadedReducer(reduce.by) === undefined) {
        await importReducer(reduce.by);
      }
    }
    this.#expire();
    const draft = new Draft(this.#state);
    const results = steps.map((step) => perform(draft, step, reducerHere));
    return await this.#write(draft, results);
  }

  /** Puts many values in one step. */
  setAll(map: string, entries: readonly [unknown, unknown][]): unknown {
    this.#expire();
    const draft = new Draft(this.#state);
    for (const [key, value] of entries) draft.set(map, key, value);
    return this.#write(draft, undefined);
  }

  /** Removes all keys of a map; answers how many there were. */
  clear(map: string): unknown {
    this.#expire();
    const draft = new Draft(this.#state);
    for (const key of this.#state.maps.get(map)?.keys() ?? []) {
      draft.delete(map, key);
    }
    return this.#write(draft, draft.effects.length);
  }

  /** Removes the key that was written first, or last used; answers it with its value. */
  popItem(map: string): unknown {
    this.#expire();
    const draft = new Draft(this.#state);
    for (const [key, { value }] of this.#state.maps.get(map) ?? []) {
      draft.delete(map, key);
      return this.#write(draft, [key, value]);
    }
    return this.#answer(undefined);
  }

  /** All keys with their values, in the order of their first write. */
  entries(map: string): unknown {
    this.#expire();
    const entries = [...this.#state.maps.get(map) ?? []];
    return this.#answer(entries.map(([key, { value }]) => [key, value]));
  }

  /** All keys of a map. */
  keys(map: string): unknown {
    this.#expire();
    return this.#answer([...this.#state.maps.get(map)?.keys() ?? []]);
  }

  /** Whether a map has a key. */
  has(map: string, key: unknown): boolean | Promise<boolean> {
    this.#expire();
    return this.#answer(this.#state.entry(map, key) !== undefined);
  }

  /** How many keys a map has. */
  size(map: string): number | Promise<number> {
    this.#expire();
    return this.#answer(this.#state.maps.get(map)?.size ?? 0);
  }

  /** The value under a key of a cache, which is used by that. */
  look(map: string, key: unknown): unknown {
    this.#expire();
    return this.#answer(this.#caches.look(map, key)?.value);
  }

  /** Puts a value into a cache, which holds at most so many; answers its version. */
  store(
    map: string,
    key: unknown,
    value: unknown,
    capacity: number,
    ttlMs?: number,
  ): unknown {
    this.#expire();
    const draft = new Draft(this.#state);
    this.#caches.makeRoom(draft, map, key, capacity);
    const expires = ttlMs === undefined ? 0 : Date.now() + ttlMs;
    return this.#write(draft, draft.set(map, key, value, expires));
  }

  /** How a cache has done. */
  stats(map: string): CacheStats {
    this.#expire();
    return this.#caches.stats(map);
  }

  /** Appends to a list; answers the new length. */
  push(list: string, values: unknown[]): number | Promise<number> {
    return this.#lists.push(list, values);
  }

  /** One item of a list; a negative place counts from the end. */
  at(list: string, index: number): unknown {
    return this.#lists.at(list, index);
  }

  /** Replaces one item of a list. */
  put(list: string, index: number, value: unknown): unknown {
    return this.#lists.put(list, index, value);
  }

  /** Some of the items of a list, as of `Array.prototype.slice`. */
  slice(list: string, start?: number, end?: number): unknown {
    return this.#lists.slice(list, start, end);
  }

  /** Takes items out of a list and puts others there, as of `Array.prototype.splice`; answers those that are gone. */
  splice(
    list: string,
    start: number,
    count: number,
    values: unknown[],
  ): unknown {
    return this.#lists.splice(list, start, count, values);
  }

  /** Sorts a list of numbers or strings, or turns it round. */
  order(list: string, how: "sort" | "reverse"): unknown {
    return this.#lists.order(list, how);
  }

  /** How many items a list has. */
  length(list: string): number | Promise<number> {
    return this.#lists.length(list);
  }

  /** Appends to a queue; those who wait are served first. Answers how many items wait then. */
  enqueue(queue: string, values: unknown[]): number | Promise<number> {
    return this.#answer(this.#queues.put(queue, values));
  }

  /** Takes the first item of a queue, as soon as there is one; `undefined` when the time is over. */
  async dequeue(
    queue: string,
    ticket: string,
    timeoutMs: number,
    owner?: Owner,
  ): Promise<Taken | undefined> {
    const taken = this.#queues.take(queue, ticket, timeoutMs, owner);
    return await this.#answer(await taken);
  }

  /** Puts back at the front of a queue what {@linkcode Vault.dequeue} gave, and nobody has. */
  requeue(queue: string, item: unknown): void | Promise<void> {
    return this.#answer(this.#queues.putBack(queue, item));
  }

  /** Who waits for an item does not any more. */
  leave(queue: string, ticket: string): void {
    this.#queues.leave(queue, ticket);
  }

  /** Takes a lock, as soon as it is free; `undefined` when the time is over. */
  acquire(
    lock: string,
    ticket: string,
    timeoutMs: number,
    owner?: Owner,
  ): Promise<Grant | undefined> {
    return this.#locks.acquire(lock, ticket, timeoutMs, owner);
  }

  /** Gives a lock back, or waits for it no more; answers whether it was held. */
  release(lock: string, ticket: string): boolean {
    return this.#locks.release(lock, ticket);
  }

  /** As {@linkcode Vault.release}, when the holder has ended: the next one is told. */
  abandon(lock: string, ticket: string): boolean {
    return this.#locks.abandon(lock, ticket);
  }

  /** Puts a value that goes when its client ends. */
  enter(
    name: string,
    key: unknown,
    value: unknown,
    owner?: Owner,
  ): number | Promise<number> {
    return this.#answer(this.#presence.enter(name, key, value, owner));
  }

  /** Takes away what {@linkcode Vault.enter} put; answers whether it was there. */
  withdraw(name: string, key: unknown): boolean | Promise<boolean> {
    return this.#answer(this.#presence.leave(name, key));
  }

  /** The changes of the keys of a map that begin with `prefix`, after a snapshot. */
  watch(
    map: string,
    prefix: string,
    capacity: number,
  ): Promise<ReadableStream<MapChange<unknown, unknown>[]>> {
    this.#expire();
    return this.#watchers.watch(map, prefix, capacity);
  }

  /** Gives a value to those who read a topic; answers how many there are. */
  publish(topic: string, value: unknown): number {
    return this.#watchers.publish(topic, value);
  }

  /** What is published to a topic from now on. */
  subscribe(topic: string, capacity: number): ReadableStream<unknown[]> {
    return this.#watchers.subscribe(topic, capacity);
  }

  /** Keeps a write, does it, and tells those who want to know. */
  #commit(effects: readonly Effect[]): Promise<void> | undefined {
    if (effects.length === 0) return this.#keeper.pending;
    this.#replicas.check(effects, this.#state);
    const kept = this.#keeper.keep(effects);
    for (const effect of effects) {
      this.#state.apply(effect);
      if (effect[0] !== "set" || effect[5] === 0) continue;
      this.#expiry.add(effect[1], effect[2], effect[5]);
    }
    this.#caches.tell(effects);
    if (kept === undefined) this.#tell(effects);
    else {
      this.#untold++;
      // Nobody hears of what may yet be lost.
      kept.then(() => {
        this.#untold--;
        this.#tell(effects);
      }, () => {});
    }
    return kept;
  }

  #tell(effects: readonly Effect[]): void {
    this.#replicas.tell(effects);
    this.#watchers.tell(effects);
  }

  #write<T>(draft: Draft, result: T): T | Promise<T> {
    return answer(this.#commit(draft.effects), result);
  }

  /** Answers a read: what it saw is kept by then. */
  #answer<T>(value: T): T | Promise<T> {
    return answer(this.#keeper.pending, value);
  }

  #expire(): void {
    const now = Date.now();
    if (!this.#expiry.isDue(now)) return;
    const draft = new Draft(this.#state);
    for (const { map, key } of this.#expiry.take(now)) {
      draft.delete(map, key, "expired");
    }
    this.#commit(draft.effects)?.catch(() => {});
  }

  #closeLines(): void {
    // Those are not there if the file was not.
    this.#queues?.close();
    this.#locks?.close();
    this.#watchers.close();
  }
}
