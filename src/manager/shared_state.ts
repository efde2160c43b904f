/**
 * The typed ways to the state of a Manager.
 *
 * @module
 */
import type { ActorRef } from "../actor/ref.ts";
import { checkOptionNames } from "../option_names.ts";
import { type CacheOptions, CacheRef } from "./cache_ref.ts";
import { checkCapacity, checkTtl } from "./check_limits.ts";
import { CounterRef } from "./counter_ref.ts";
import { ListRef } from "./list_ref.ts";
import { LockRef } from "./lock_ref.ts";
import { MapRef } from "./map_ref.ts";
import { NamespaceRef } from "./namespace_ref.ts";
import { PresenceRef } from "./presence_ref.ts";
import { QueueRef } from "./queue_ref.ts";
import { SetRef } from "./set_ref.ts";
import { TopicRef } from "./topic_ref.ts";
import { ValueRef } from "./value_ref.ts";
import type { Vault } from "./vault.ts";

/**
 * The state of a Manager by the names of its maps, lists and so on: what a `Manager` has and a `RemoteManager` too.
 *
 * - **By name:** two of one kind and one name are the same state, on whatever thread and in whatever program they were made.
 */
export abstract class SharedState {
  /** The actor that its ways ask. */
  protected readonly vault: ActorRef<Vault>;

  /**
   * The state behind an actor; `Manager.start()` and `Manager.connect()` make it.
   *
   * @param vault The actor.
   */
  constructor(vault: ActorRef<Vault>) {
    this.vault = vault;
  }

  /**
   * The map of that name; nothing is sent. It is empty until its first write.
   *
   * @typeParam K The keys; strings, numbers and other primitives. An object is a copy each time and is never found again.
   * @typeParam V The values; whatever can travel.
   * @param name Any string, except one that begins with `troupe:`.
   * @returns A way to it, which may travel.
   */
  map<K, V>(name: string): MapRef<K, V> {
    return new MapRef<K, V>(this.vault, name);
  }

  /**
   * The list of that name; nothing is sent. It is empty until its first write.
   *
   * @typeParam T The items; whatever can travel.
   * @param name Any string, except one that begins with `troupe:`.
   * @returns A way to it, which may travel.
   */
  list<T>(name: string): ListRef<T> {
    return new ListRef<T>(this.vault, name);
  }

  /**
   * The value of that name; nothing is sent. It is `initial` until it is set.
   *
   * @typeParam T The value; whatever can travel.
   * @param name Any string, except one that begins with `troupe:`.
   * @param initial What is read before the first change. It belongs to this way, not to the Manager.
   * @returns A way to it, which may travel.
   */
  value<T>(name: string, initial: T): ValueRef<T> {
    return new ValueRef<T>(this.vault, name, initial);
  }

  /**
   * The counter of that name; nothing is sent. It begins at 0.
   *
   * @param name Any string, except one that begins with `troupe:`.
   * @returns A way to it, which may travel.
   */
  counter(name: string): CounterRef {
    return new CounterRef(this.vault, name);
  }

  /**
   * The set of that name; nothing is sent. It is empty until its first member.
   *
   * @typeParam T The members; strings, numbers and other primitives.
   * @param name Any string, except one that begins with `troupe:`.
   * @returns A way to it, which may travel.
   */
  set<T>(name: string): SetRef<T> {
    return new SetRef<T>(this.vault, name);
  }

  /**
   * The named fields of that name; nothing is sent.
   *
   * @typeParam T The fields and their types.
   * @param name Any string, except one that begins with `troupe:`.
   * @returns A way to them, which may travel.
   */
  namespace<T extends object>(name: string): NamespaceRef<T> {
    return new NamespaceRef<T>(this.vault, name);
  }

  /**
   * The cache of that name; nothing is sent.
   *
   * @typeParam K The keys; strings, numbers and other primitives.
   * @typeParam V The values; whatever can travel.
   * @param name Any string, except one that begins with `troupe:`.
   * @param options How much it holds. They belong to this way, not to the Manager.
   * @returns A way to it, which may travel.
   * @throws {InvalidOptionError} If an option is out of its bounds.
   */
  cache<K, V>(name: string, options: CacheOptions): CacheRef<K, V> {
    const what = `Cannot make a way to the cache "${name}"`;
    checkOptionNames<CacheOptions>(what, options, {
      capacity: true,
      ttlMs: true,
    });
    checkCapacity(what, options.capacity);
    checkTtl(what, options.ttlMs);
    return new CacheRef<K, V>(this.vault, name, options);
  }

  /**
   * The queue of that name; nothing is sent. It is empty until something is put.
   *
   * @typeParam T The items; whatever can travel.
   * @param name Any string, except one that begins with `troupe:`.
   * @returns A way to it, which may travel.
   */
  queue<T>(name: string): QueueRef<T> {
    return new QueueRef<T>(this.vault, name);
  }

  /**
   * The lock of that name; nothing is sent. It is free until somebody takes it.
   *
   * @param name Any string, except one that begins with `troupe:`.
   * @returns A way to it, which may travel.
   */
  lock(name: string): LockRef {
    return new LockRef(this.vault, name);
  }

  /**
   * The topic of that name; nothing is sent.
   *
   * @typeParam T The values; whatever can travel.
   * @param name Any string, except one that begins with `troupe:`.
   * @returns A way to it, which may travel.
   */
  topic<T>(name: string): TopicRef<T> {
    return new TopicRef<T>(this.vault, name);
  }

  /**
   * The entries of that name that belong to actors, and go with them; nothing is sent.
   *
   * @typeParam V The values; whatever can travel.
   * @param name Any string, except one that begins with `troupe:`.
   * @returns A way to them, which may travel.
   */
  presence<V>(name: string): PresenceRef<V> {
    return new PresenceRef<V>(this.vault, name);
  }
}
