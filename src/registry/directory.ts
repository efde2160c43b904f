/**
 * The actor behind a registry: names, groups and topics, and who listens to them.
 *
 * @module
 */
import type { Context } from "../actor/current.ts";
import { type ActorRef, coreIn } from "../actor/ref.ts";
import { Refusal } from "../errors.ts";
import { type Standing, standingOf } from "../actor/light/light_standing.ts";
import { ENDPOINT, STATE } from "../memory/endpoints.ts";
import { type Batch, Feed } from "./feed.ts";
import type { GroupChange } from "./group_change.ts";

type AnyRef = ActorRef<unknown>;

/** What an actor holds here, to be given up when it ends. */
interface Holdings {
  /** Its address. */
  readonly key: string;
  readonly names: Set<string>;
  readonly groups: Set<string>;
  readonly feeds: Set<string>;
  /** The number of its latest incarnation, as far as that is known. */
  incarnation: number;
}

/** What a feed listens to. */
export interface Source {
  /**
   * What it gives: values that are published, the list of members whenever it changed, each join and leave, or who has a
   * name whenever that changed.
   */
  readonly kind: "topic" | "group" | "changes" | "name";
  /** Name of the topic or the group, or the name. */
  readonly name: string;
}

/** Which incarnation of which actor listens. */
export interface FeedOwner {
  /** The actor. */
  readonly ref: AnyRef;
  /** The number of the incarnation. */
  readonly incarnation: number;
}

interface OpenFeed extends Source {
  readonly feed: Feed;
  /** Key of the actor that listens, if it is one. */
  readonly owner: string | undefined;
  /** Its incarnation that listens. */
  readonly incarnation: number;
}

function keyOf({ kind, name }: Source): string {
  return `${kind} ${name}`;
}

/** What is known of an actor here. */
function knownOf(ref: AnyRef): { key: string; alive: boolean } {
  const core = coreIn(ref);
  if (core === undefined) throw new Refusal("Cannot keep what is no ref");
  const { address: { endpoint, life, local = 0 }, isolate: { table } } = core;
  // The row is given up before anybody is told of the end, so this look is never late; of a light actor it may be.
  const alive = core.report === undefined &&
    table.get(endpoint, ENDPOINT.LIFE) === life;
  return { key: `${endpoint}.${life}.${local}`, alive };
}

/** How an actor stands, never later than anybody else knows. */
function standingNow(ref: AnyRef): Standing | Promise<Standing> {
  const core = coreIn(ref)!;
  if (!knownOf(ref).alive) return "gone";
  if (core.line !== undefined) return standingOf(core);
  const { endpoint } = core.address;
  const state = core.isolate.table.get(endpoint, ENDPOINT.STATE);
  return state === STATE.OPEN ? "open" : "stopping";
}

/**
 * Names, groups and topics. Its methods are the messages of a `Registry`, which is the typed way to them.
 *
 * Those that look up an actor which shares its thread ask that thread first, as its end is known there before anybody is
 * told of it. What they change they change in one step, so none of them mix.
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
  async register(
    name: string,
    ref: AnyRef,
  ): Promise<AnyRef | "stopping" | undefined> {
    const { key } = knownOf(ref);
    const standing = await standingNow(ref);
    const holder = await this.whereis(name);
    if (holder !== undefined) {
      return knownOf(holder).key === key ? undefined : holder;
    }
    if (standing !== "open") return "stopping";
    // Somebody else may have got it since it was found to be free.
    if (this.#names.has(name)) return await this.register(name, ref);
    this.#names.set(name, ref);
    this.#holdingsOf(ref).names.add(name);
    this.#give({ kind: "name", name }, ref);
    return undefined;
  }

  /**
   * Takes a name back.
   *
   * @param name The name.
   * @returns Whether an actor had it.
   */
  async unregister(name: string): Promise<boolean> {
    const holder = await this.whereis(name);
    if (holder === undefined) return false;
    this.#free(name);
    this.#holdingsOf(holder).names.delete(name);
    return true;
  }

  /**
   * Who has a name.
   *
   * @param name The name.
   * @returns The actor, or nothing when none has it.
   */
  async whereis(name: string): Promise<AnyRef | undefined> {
    for (;;) {
      const ref = this.#names.get(name);
      if (ref === undefined) return undefined;
      const standing = standingNow(ref);
      const found = typeof standing === "string" ? standing : await standing;
      // Somebody else may have got it meanwhile.
      if (this.#names.get(name) !== ref) continue;
      if (found !== "gone") return ref;
      this.#release(knownOf(ref).key);
      if (this.#names.get(name) === ref) this.#free(name);
    }
  }

  /**
   * All names that are taken.
   *
   * @returns The names, in the order they were taken.
   */
  async names(): Promise<string[]> {
    const names = [...this.#names.keys()];
    await Promise.all(names.map((name) => this.whereis(name)));
    return names.filter((name) => this.#names.has(name));
  }

  /**
   * Adds an actor to a group.
   *
   * @param group Name of the group.
   * @param ref The actor.
   * @returns `"joined"`, `"member"` when it was one, or `"stopping"` when it ends or has ended.
   */
  async join(
    group: string,
    ref: AnyRef,
  ): Promise<"joined" | "member" | "stopping"> {
    const { key } = knownOf(ref);
    if (await standingNow(ref) !== "open") return "stopping";
    const members = this.#groups.get(group) ?? new Map<string, AnyRef>();
    if (members.has(key)) return "member";
    this.#groups.set(group, members.set(key, ref));
    this.#holdingsOf(ref).groups.add(group);
    this.#changed(group, { type: "joined", ref });
    return "joined";
  }

  /**
   * Takes an actor out of a group.
   *
   * @param group Name of the group.
   * @param ref The actor.
   * @returns Whether it was a member.
   */
  async leave(group: string, ref: AnyRef): Promise<boolean> {
    const { key } = knownOf(ref);
    // In the order of the calls: a join before it looks too.
    await standingNow(ref);
    this.#holdings.get(key)?.groups.delete(group);
    return this.#leave(group, key, "left");
  }

  /**
   * The members of a group.
   *
   * @param group Name of the group.
   * @returns The actors, in the order they joined.
   */
  async members(group: string): Promise<AnyRef[]> {
    const refs = this.#present(group);
    const found = await Promise.all(refs.map(standingNow));
    for (const [i, ref] of refs.entries()) {
      if (found[i] === "gone") this.#release(knownOf(ref).key);
    }
    return this.#present(group);
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
   * Begins to listen. A group's first value is its list of members as it is now, those of its changes the members that
   * there are, and that of a name who has it.
   *
   * @param id What the feed is called from now on; unique.
   * @param source What to listen to.
   * @param capacity How many values may wait.
   * @param owner Who listens, if it is an actor: the feed ends with that incarnation.
   */
  open(id: string, source: Source, capacity: number, owner?: FeedOwner): void {
    const feed = new Feed(capacity);
    const holdings = owner && this.#holdingsOf(owner.ref);
    const incarnation = owner?.incarnation ?? 0;
    if (holdings !== undefined) {
      this.#startedAgain(holdings, incarnation);
      // What an incarnation left behind that is over listens in vain.
      if (incarnation < holdings.incarnation) return;
      holdings.feeds.add(id);
    }
    const { key: owned } = holdings ?? {};
    this.#feeds.set(id, { ...source, feed, owner: owned, incarnation });
    const key = keyOf(source);
    const listeners = this.#listeners.get(key) ?? new Set();
    this.#listeners.set(key, listeners.add(feed));
    const { kind, name } = source;
    if (kind === "group") feed.push(this.#present(name));
    else if (kind === "name") feed.push(this.#names.get(name));
    else if (kind === "changes") {
      for (const ref of this.#present(name)) feed.push({ type: "joined", ref });
    }
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

  /** The members that are not known to have ended. */
  #present(group: string): AnyRef[] {
    return [...this.#groups.get(group)?.values() ?? []]
      .filter((ref) => knownOf(ref).alive);
  }

  #holdingsOf(ref: AnyRef): Holdings {
    const { key } = knownOf(ref);
    let holdings = this.#holdings.get(key);
    if (holdings === undefined) {
      holdings = {
        key,
        names: new Set(),
        groups: new Set(),
        feeds: new Set(),
        incarnation: 0,
      };
      this.#holdings.set(key, holdings);
      const held = holdings;
      this.#context?.watch(ref, () => this.#release(key), {
        onRestart: ({ incarnation }) => this.#startedAgain(held, incarnation),
      });
    }
    return holdings;
  }

  /** What its former incarnations listened to has nobody who listens. */
  #startedAgain(holdings: Holdings, incarnation: number): void {
    if (incarnation <= holdings.incarnation) return;
    holdings.incarnation = incarnation;
    for (const id of [...holdings.feeds]) {
      if (this.#feeds.get(id)!.incarnation < incarnation) this.close(id);
    }
  }

  /** The actor is gone: what it held is free. */
  #release(key: string): void {
    const holdings = this.#holdings.get(key);
    if (holdings === undefined) return;
    this.#holdings.delete(key);
    for (const name of holdings.names) {
      // Somebody else may have it by now.
      const ref = this.#names.get(name);
      if (ref !== undefined && knownOf(ref).key === key) this.#free(name);
    }
    for (const group of holdings.groups) this.#leave(group, key, "ended");
    for (const id of holdings.feeds) this.close(id);
  }

  #leave(group: string, key: string, type: "left" | "ended"): boolean {
    const members = this.#groups.get(group);
    const ref = members?.get(key);
    if (members === undefined || ref === undefined) return false;
    members.delete(key);
    if (members.size === 0) this.#groups.delete(group);
    this.#changed(group, { type, ref });
    return true;
  }

  #changed(group: string, change: GroupChange): void {
    this.#give({ kind: "group", name: group }, this.#present(group));
    this.#give({ kind: "changes", name: group }, change);
  }

  /** Nobody has that name any more. */
  #free(name: string): void {
    this.#names.delete(name);
    this.#give({ kind: "name", name }, undefined);
  }

  #give(source: Source, value: unknown): number {
    const listeners = this.#listeners.get(keyOf(source));
    for (const feed of listeners ?? []) feed.push(value);
    return listeners?.size ?? 0;
  }
}
