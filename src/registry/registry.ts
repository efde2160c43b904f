/**
 * The Registry: unique names, groups and topics, for all threads of a system.
 *
 * @module
 */
import { spawn } from "../actor/default_system.ts";
import type { ActorClass } from "../actor/define.ts";
import type { Spawner } from "../actor/offspring.ts";
import type { ActorRef } from "../actor/ref.ts";
import {
  definePortable,
  portable,
  type PortableData,
} from "../memory/portable.ts";
import { checkOptionNames } from "../option_names.ts";
import type { System } from "../actor/system.ts";
import { checkName, checkRef, stopping } from "./check_registry.ts";
import { DIRECTORY, DirectoryActor, directoryOf } from "./directory_actor.ts";
import { AlreadyRegisteredError } from "./already_registered_error.ts";
import type { Directory } from "./directory.ts";
import type { GroupChange } from "./group_change.ts";
import { openStream, type RegistryStream } from "./stream.ts";
import type { OwnedStream, RegistryStreamOptions } from "./stream_options.ts";

/** The registry that the system of `ref` has by itself; without one that of here. */
export let registryOf: (ref?: ActorRef<unknown>) => Promise<Registry>;

/**
 * Names, groups and topics that every thread of a system can use.
 *
 * - **A name is unique:** it stands for one actor at a time, through all its restarts.
 * - **Free before anybody is told:** whoever hears of the end of an actor finds its names free and its groups without it.
 * - **Portable:** a registry may travel inside any message, and is the same one there.
 * - **A lookup may be late:** the actor that it finds may end in the same moment; sending to it is sending to any actor
 *   that has ended.
 * - **In memory:** names, groups and topics end with the registry. Two registries know nothing of each other.
 *
 * Its calls are asks with the default deadline of 5,000 ms. They reject as every ask may, with `ActorStoppedError` after
 * the end and so on; see `Asks`.
 *
 * @example Find an actor by its name
 * ```ts
 * import { AlreadyRegisteredError, Registry, System } from "@troupe/actors";
 * import { VaultActor } from "@troupe/actors/manager";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * await using system = new System();
 * await using registry = await Registry.start({ system });
 * const vault = await system.spawn(VaultActor, []);
 * const other = await system.spawn(VaultActor, []);
 *
 * await registry.register("vault", vault);
 * const found = await registry.whereis("vault", VaultActor);
 * assertEquals(await found?.ask.push("list", ["a"]), 1);
 * const error = await assertRejects(
 *   () => registry.register("vault", other),
 *   AlreadyRegisteredError,
 * );
 * assertEquals(error.holder, vault);
 *
 * await vault.stop();
 * await registry.register("vault", other);
 * ```
 */
export class Registry implements AsyncDisposable {
  readonly #directory: ActorRef<Directory>;

  private constructor(directory: ActorRef<Directory>) {
    this.#directory = directory;
  }

  /**
   * Starts a registry on a thread of its own.
   *
   * @param options `system`: where it lives. Default: the default system, or the actor that makes the call.
   * @returns A promise of the registry, which is empty.
   * @throws {ThreadLimitError} If all 8,192 addresses of the system are taken.
   * @throws {InitTimeoutError} If it is not up within 5,000 ms.
   * @throws {SystemClosedError} If the system is closed.
   * @throws {TopLevelSpawnError} If a worker is loading the module that makes the call.
   * @throws {InvalidOptionError} If there is an option of another name.
   */
  static async start(options: { system?: Spawner } = {}): Promise<Registry> {
    checkOptionNames<{ system?: Spawner }>("Cannot start a registry", options, {
      system: true,
    });
    const { system } = options;
    return new Registry(
      system === undefined
        ? await spawn(DirectoryActor, [], DIRECTORY)
        : await system.spawn(DirectoryActor, [], DIRECTORY),
    );
  }

  /**
   * The registry that a system has by itself: the same one on all its threads, made when it is first asked for.
   *
   * - **Which system:** inside an actor its own one, elsewhere the default system. An actor that shares its thread is
   *   inside itself until its first `await`; after that it uses the registry that it got before.
   * - **With its system:** it is no part of the system's tree and ends with it. The default system ends when its last
   *   actor has, also if names are taken.
   *
   * @param system Another system.
   * @returns A promise of the registry.
   * @throws {ThreadLimitError} If all 8,192 addresses of the system are taken.
   * @throws {InitTimeoutError} If it is not up within 5,000 ms.
   * @throws {SystemClosedError} If the system is closed.
   * @throws {TopLevelSpawnError} If a worker is loading the module that makes the call.
   *
   * @example A name that all threads know
   * ```ts
   * import { Registry, System } from "@troupe/actors";
   * import { VaultActor } from "@troupe/actors/manager";
   * import { assertEquals } from "@std/assert";
   *
   * await using system = new System();
   * const vault = await system.spawn(VaultActor, []);
   * await (await Registry.of(system)).register("vault", vault);
   * const registry = await Registry.of(system);
   * assertEquals(await registry.whereis("vault"), vault);
   * ```
   */
  static async of(system?: System): Promise<Registry> {
    return new Registry(await directoryOf(system));
  }

  /**
   * Gives a name to an actor. Doing so again changes nothing; an actor may have many names.
   *
   * @param name A non-empty string.
   * @param ref The actor.
   * @returns A promise that resolves when the name is its own.
   * @throws {AlreadyRegisteredError} If another actor has the name: `error.holder`.
   * @throws {ActorStoppedError} If the actor is stopping or has ended.
   * @throws {InvalidOptionError} If `name` is no non-empty string, or `ref` is no ref.
   */
  async register(name: string, ref: ActorRef<unknown>): Promise<void> {
    checkName("register", name);
    checkRef("register", ref);
    const holder = await this.#directory.ask.register(name, ref);
    if (holder === undefined) return;
    if (holder === "stopping") throw stopping(`register "${name}" as`, ref);
    throw new AlreadyRegisteredError(
      `Cannot register "${ref.name}" as "${name}" as that name is taken: current holder is "${holder.name}" #${holder.id}; unregister it first, or use the error's holder`,
      { key: name, holder },
    );
  }

  /**
   * Takes a name back.
   *
   * @param name The name.
   * @returns A promise of whether an actor had it.
   * @throws {InvalidOptionError} If `name` is no non-empty string.
   */
  async unregister(name: string): Promise<boolean> {
    checkName("unregister", name);
    return await this.#directory.ask.unregister(name);
  }

  /**
   * Who has a name.
   *
   * @typeParam C The instance of the actor's class.
   * @param name The name.
   * @param _definition What `actor()` returned, for the type of the ref alone.
   * @returns A promise of the ref, or of `undefined` when nobody has the name.
   * @throws {InvalidOptionError} If `name` is no non-empty string.
   */
  async whereis<C = unknown>(
    name: string,
    _definition?: ActorClass<never, C>,
  ): Promise<ActorRef<C> | undefined> {
    checkName("find", name);
    const ref = await this.#directory.ask.whereis(name);
    return ref as ActorRef<C> | undefined;
  }

  /**
   * All names that are taken.
   *
   * @returns A promise of the names, in the order they were taken.
   */
  names(): Promise<string[]> {
    return this.#directory.ask.names();
  }

  /**
   * Adds an actor to a group, which exists as long as it has members.
   *
   * @param group Name of the group; a non-empty string.
   * @param ref The actor.
   * @returns A promise of whether it is new there.
   * @throws {ActorStoppedError} If the actor is stopping or has ended.
   * @throws {InvalidOptionError} If `group` is no non-empty string, or `ref` is no ref.
   */
  async join(group: string, ref: ActorRef<unknown>): Promise<boolean> {
    checkName("join", group);
    checkRef("join", ref);
    const result = await this.#directory.ask.join(group, ref);
    if (result === "stopping") throw stopping(`join "${group}" with`, ref);
    return result === "joined";
  }

  /**
   * Takes an actor out of a group. One that ends leaves all its groups by itself.
   *
   * @param group Name of the group.
   * @param ref The actor.
   * @returns A promise of whether it was a member.
   * @throws {InvalidOptionError} If `group` is no non-empty string, or `ref` is no ref.
   */
  async leave(group: string, ref: ActorRef<unknown>): Promise<boolean> {
    checkName("leave", group);
    checkRef("leave", ref);
    return await this.#directory.ask.leave(group, ref);
  }

  /**
   * The members of a group as they are now.
   *
   * @typeParam C The instance of the actors' class.
   * @param group Name of the group.
   * @param _definition What `actor()` returned, for the type of the refs alone.
   * @returns A promise of the refs, in the order they joined; none when there is no such group.
   * @throws {InvalidOptionError} If `group` is no non-empty string.
   */
  async members<C = unknown>(
    group: string,
    _definition?: ActorClass<never, C>,
  ): Promise<ActorRef<C>[]> {
    checkName("list", group);
    return await this.#directory.ask.members(group) as ActorRef<C>[];
  }

  /**
   * The members of a group now, and again each time that one joined, left or ended. A slow reader gets the latest list,
   * not each one in between.
   *
   * @typeParam C The instance of the actors' class.
   * @param group Name of the group.
   * @param _definition What `actor()` returned, for the type of the refs alone.
   * @param options Whose the stream is.
   * @returns The lists.
   * @throws {InvalidOptionError} If `group` is no non-empty string.
   *
   * @example Wait until a service is there
   * ```ts
   * import { Registry, System } from "@troupe/actors";
   * import { VaultActor } from "@troupe/actors/manager";
   * import { assertEquals } from "@std/assert";
   *
   * await using system = new System();
   * await using registry = await Registry.start({ system });
   * const vault = await system.spawn(VaultActor, []);
   * void registry.join("vaults", vault);
   *
   * for await (const vaults of registry.listing("vaults", VaultActor)) {
   *   if (vaults.length === 0) continue;
   *   assertEquals(vaults, [vault]);
   *   break;
   * }
   * ```
   */
  listing<C = unknown>(
    group: string,
    _definition?: ActorClass<never, C>,
    options: OwnedStream = {},
  ): RegistryStream<readonly ActorRef<C>[]> {
    const source = { kind: "group", name: group } as const;
    return openStream(this.#directory, "list", source, options);
  }

  /**
   * Each join and leave of a group, in order. The members that there are come first, as joins.
   *
   * - **Nothing is missed** as long as no more than `capacity` changes wait: then the oldest are dropped, and `missed`
   *   counts them. `listing()` gives whole lists, of which only the latest waits.
   *
   * @typeParam C The instance of the actors' class.
   * @param group Name of the group.
   * @param _definition What `actor()` returned, for the type of the refs alone.
   * @param options How many of them may wait for the reader, and whose the stream is.
   * @returns The changes.
   * @throws {InvalidOptionError} If `group` is no non-empty string, or `capacity` is out of its bounds.
   *
   * @example Hear who comes and goes
   * ```ts
   * import { Registry, System } from "@troupe/actors";
   * import { VaultActor } from "@troupe/actors/manager";
   * import { assertEquals } from "@std/assert";
   *
   * await using system = new System();
   * await using registry = await Registry.of(system);
   * const vault = await system.spawn(VaultActor, []);
   * await registry.join("vaults", vault);
   * await using changes = registry.changes("vaults", VaultActor);
   * assertEquals((await changes.next()).value, { type: "joined", ref: vault });
   * await vault.stop();
   * assertEquals((await changes.next()).value?.type, "ended");
   * ```
   */
  changes<C = unknown>(
    group: string,
    _definition?: ActorClass<never, C>,
    options: RegistryStreamOptions = {},
  ): RegistryStream<GroupChange<C>> {
    const source = { kind: "changes", name: group } as const;
    return openStream(this.#directory, "list the changes of", source, options);
  }

  /**
   * Who has a name now, and again each time that it has another or none. A slow reader gets the latest, not each one in
   * between.
   *
   * @typeParam C The instance of the actor's class.
   * @param name The name.
   * @param _definition What `actor()` returned, for the type of the ref alone.
   * @param options Whose the stream is.
   * @returns The refs; `undefined` when nobody has the name.
   * @throws {InvalidOptionError} If `name` is no non-empty string.
   */
  following<C = unknown>(
    name: string,
    _definition?: ActorClass<never, C>,
    options: OwnedStream = {},
  ): RegistryStream<ActorRef<C> | undefined> {
    return openStream(
      this.#directory,
      "follow",
      { kind: "name", name },
      options,
    );
  }

  /**
   * Listens to a topic.
   *
   * - **Nothing is missed** of what is published after the promise resolved, in the order it was published, as long as no
   *   more than `capacity` messages wait: then the oldest are dropped, and `missed` counts them.
   *
   * @typeParam T The messages; whatever can travel.
   * @param topic Name of the topic; a non-empty string. It needs no other beginning.
   * @param options How many of them may wait for the reader, and whose the stream is.
   * @returns A promise of the messages.
   * @throws {InvalidOptionError} If `topic` is no non-empty string, or `capacity` is out of its bounds.
   */
  async subscribe<T = unknown>(
    topic: string,
    options: RegistryStreamOptions = {},
  ): Promise<RegistryStream<T>> {
    const source = { kind: "topic", name: topic } as const;
    const stream = openStream<T>(
      this.#directory,
      "subscribe to",
      source,
      options,
    );
    await stream.opened;
    return stream;
  }

  /**
   * Sends a message to all who listen to a topic.
   *
   * @param topic Name of the topic; a non-empty string.
   * @param message Whatever can travel.
   * @returns A promise of how many listen.
   * @throws {DataCloneError} If the message cannot travel.
   * @throws {InvalidOptionError} If `topic` is no non-empty string.
   */
  async publish(topic: string, message: unknown): Promise<number> {
    checkName("publish to", topic);
    return await this.#directory.ask.publish(topic, message);
  }

  /**
   * Stops the registry: its streams end, its names are gone. The actors go on. Idempotent.
   *
   * @returns A promise that resolves at its end; it never rejects.
   */
  async stop(): Promise<void> {
    await this.#directory.stop();
  }

  /** Stops the registry, as {@linkcode Registry.stop} does. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  static {
    registryOf = async (ref) => new Registry(await directoryOf(ref));
    Object.defineProperty(this.prototype, portable, {
      value(this: Registry): PortableData {
        return { kind: "Registry", data: this.#directory };
      },
    });
    definePortable(
      "Registry",
      (data) => new Registry(data as ActorRef<Directory>),
    );
  }
}
