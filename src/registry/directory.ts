/**
 * The actor behind a registry: names, groups and topics, and who listens to them.
 *
 * @module
 */
import type { Context } from "../actor/current.ts";
import { type ActorRef, coreIn } from "../actor/ref.ts";
import { Refusal } from "../errors.ts";
import { ENDPOINT, STATE } from "../memory/endpoints.ts";
import { type Batch, Feed } from "./feed.ts";

type AnyRef = ActorRef<unknown>;

/** What an actor holds here, to be given up when it ends. */
interface Holdings {
  /** Its address. */
  readonly key: string;
  readonly names: Set<string>;
  readonly groups: Set<string>;
  readonly feeds: Set<string>;
}

/** What a feed listens to. */
export interface Source {
  /** Values that are published, or the list of members whenever it changed. */
  readonly kind: "topic" | "group";
  /** Name of the topic or the group. */
  readonly name: string;
}

interface OpenFeed extends Source {
  readonly feed: Feed;
  /** Key of the actor that listens, if it is one. */
  readonly owner: string | undefined;
}

function keyOf({ kind, name }: Source): string {
  return `${kind} ${name}`;
}

/** The row of an actor, as long as it is that actor's. */
function rowOf(ref: AnyRef): { key: string; alive: boolean; open: boolean } {
  const core = coreIn(ref);
  if (core === undefined) throw new Refusal("Cannot keep what is no ref");
  const { address: { endpoint, life }, isolate: { table } } = core;
  // The row is given up before anybody is told of the end, so this look is never late.
  const alive = table.get(endpoint, ENDPOINT.LIFE) === life;
  const state = table.get(endpoint, ENDPOINT.STATE);
  return {
    key: `${endpoint}.${life}`,
    alive,
    open: alive && state === STATE.OPEN,
  };
}

/**
 * Names, groups and topics. Its methods are the messages of a `Registry`, which is the typed way to them.
 *
 * Every method but `next` is one step, so none of them mix.
 */
export class Directory {
  #context: Context<Directory> | undefined;
  readonly #names: Map<string, AnyRef> = new Map();
  readonly #groups: Map<string, Map<string, AnyRef>> = new Map();
  readonly #feeds: Map<string, OpenFeed> = new Map();
  /** The feeds of each source. */
  readonly #listeners: Map<string, Set<Feed>> = new Map();
  readonly #holdings: Map<string, Holdings> = new Map();

  /** Called by the runtime. Whoever waits for a value must not hold up a stop. */
  onStart(context: Context<Directory>): void {
    this.#context = context;
    context.signal.addEventListener("abort", () => {
      for (const id of [...this.#feeds.keys()]) this.close(id);
    });
  }

  /**
   * Gives a name to an actor.
   *
   * @param name The name.
   * @param ref The actor.
   * @returns Nothing when it has the name now; the actor that has it already; or `"stopping"` when `ref` ends or has.
   */
  register(name: string, ref: AnyRef): AnyRef | "stopping" | undefined {
    const { key, open } = rowOf(ref);
    const holder = this.whereis(name);
    if (holder !== undefined) {
      return rowOf(holder).key === key ? undefined : holder;
    }
    if (!open) return "stopping";
    this.#names.set(name, ref);
    this.#holdingsOf(ref).names.add(name);
    return undefined;
  }

  /**
   * Takes a name back.
   *
   * @param name The name.
   * @returns Whether an actor had it.
   */
  unregister(name: string): boolean {
    const holder = this.whereis(name);
    if (holder === undefined) return false;
    this.#names.delete(name);
    this.#holdingsOf(holder).names.delete(name);
    return true;
  }

  /**
   * Who has a name.
   *
   * @param name The name.
   * @returns The actor, or nothing when none has it.
   */
  whereis(name: string): AnyRef | undefined {
    const ref = this.#names.get(name);
    if (ref === undefined || rowOf(ref).alive) return ref;
    this.#names.delete(name);
    return undefined;
  }

  /**
   * All names that are taken.
   *
   * @returns The names, in the order they were taken.
   */
  names(): string[] {
    return [...this.#names.keys()].filter((name) =>
      this.whereis(name) !== undefined
    );
  }

  /**
   * Adds an actor to a group.
   *
   * @param group Name of the group.
   * @param ref The actor.
   * @returns `"joined"`, `"member"` when it was one, or `"stopping"` when it ends or has ended.
   */
  join(group: string, ref: AnyRef): "joined" | "member" | "stopping" {
    const { key, open } = rowOf(ref);
    if (!open) return "stopping";
    const members = this.#groups.get(group) ?? new Map<string, AnyRef>();
    if (members.has(key)) return "member";
    this.#groups.set(group, members.set(key, ref));
    this.#holdingsOf(ref).groups.add(group);
    this.#changed(group);
    return "joined";
  }

  /**
   * Takes an actor out of a group.
   *
   * @param group Name of the group.
   * @param ref The actor.
   * @returns Whether it was a member.
   */
  leave(group: string, ref: AnyRef): boolean {
    const { key } = rowOf(ref);
    this.#holdings.get(key)?.groups.delete(group);
    return this.#leave(group, key);
  }

  /**
   * The members of a group.
   *
   * @param group Name of the group.
   * @returns The actors, in the order they joined.
   */
  members(group: string): AnyRef[] {
    return [...this.#groups.get(group)?.values() ?? []]
      .filter((ref) => rowOf(ref).alive);
  }

  /**
   * Gives a value to all who listen to a topic.
   *
   * @param topic Name of the topic.
   * @param value The value.
   * @returns How many listen.
   */
  publish(topic: string, value: unknown): number {
    return this.#give({ kind: "topic", name: topic }, value);
  }

  /**
   * Begins to listen. A group's first value is its list of members as it is now.
   *
   * @param id What the feed is called from now on; unique.
   * @param source What to listen to.
   * @param capacity How many values may wait.
   * @param owner Who listens, if it is an actor: the feed ends with it.
   */
  open(id: string, source: Source, capacity: number, owner?: AnyRef): void {
    const feed = new Feed(capacity);
    const holdings = owner === undefined ? undefined : this.#holdingsOf(owner);
    holdings?.feeds.add(id);
    this.#feeds.set(id, { ...source, feed, owner: holdings?.key });
    const key = keyOf(source);
    const listeners = this.#listeners.get(key) ?? new Set();
    this.#listeners.set(key, listeners.add(feed));
    if (source.kind === "group") feed.push(this.members(source.name));
  }

  /**
   * Waits for the values of a feed.
   *
   * @param id The feed.
   * @returns A promise of what has come; of nothing when the feed is closed.
   */
  next(id: string): Promise<Batch | undefined> {
    return this.#feeds.get(id)?.feed.next() ?? Promise.resolve(undefined);
  }

  /**
   * Ends a feed.
   *
   * @param id The feed.
   */
  close(id: string): void {
    const open = this.#feeds.get(id);
    if (open === undefined) return;
    const { feed, owner } = open;
    feed.close();
    this.#feeds.delete(id);
    this.#holdings.get(owner ?? "")?.feeds.delete(id);
    const listeners = this.#listeners.get(keyOf(open));
    listeners?.delete(feed);
    if (listeners?.size === 0) this.#listeners.delete(keyOf(open));
  }

  #holdingsOf(ref: AnyRef): Holdings {
    const { key } = rowOf(ref);
    let holdings = this.#holdings.get(key);
    if (holdings === undefined) {
      holdings = {
        key,
        names: new Set(),
        groups: new Set(),
        feeds: new Set(),
      };
      this.#holdings.set(key, holdings);
      this.#context?.watch(ref, () => this.#release(key));
    }
    return holdings;
  }

  /** The actor is gone: what it held is free. */
  #release(key: string): void {
    const holdings = this.#holdings.get(key);
    if (holdings === undefined) return;
    this.#holdings.delete(key);
    for (const name of holdings.names) {
      // Somebody else may have it by now.
      const ref = this.#names.get(name);
      if (ref !== undefined && rowOf(ref).key === key) this.#names.delete(name);
    }
    for (const group of holdings.groups) this.#leave(group, key);
    for (const id of holdings.feeds) this.close(id);
  }

  #leave(group: string, key: string): boolean {
    const members = this.#groups.get(group);
    if (members?.delete(key) !== true) return false;
    if (members.size === 0) this.#groups.delete(group);
    this.#changed(group);
    return true;
  }

  #changed(group: string): void {
    this.#give({ kind: "group", name: group }, this.members(group));
  }

  #give(source: Source, value: unknown): number {
    const listeners = this.#listeners.get(keyOf(source));
    for (const feed of listeners ?? []) feed.push(value);
    return listeners?.size ?? 0;
  }
}
